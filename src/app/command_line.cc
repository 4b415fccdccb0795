// See command_line.h. The flags of options come from the options' table; help is our own page, because CLI11's would not
// fit a screen.
#include "app/command_line.h"

#include <array>
#include <list>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/browser.h"
#include "app/option_value.h"
#include "base/suggestion.h"

namespace porthole::app {
namespace {

using Command = CommandLine::Command;
struct Verb {
  std::string_view name;
  Command command;
};
constexpr std::array kVerbs = {
    Verb{"run", Command::run},         Verb{"exec", Command::exec},     Verb{"open", Command::open},
    Verb{"tail", Command::tail},       Verb{"status", Command::status}, Verb{"reload", Command::reload},
    Verb{"stop", Command::stop},       Verb{"check", Command::check},   Verb{"config", Command::config},
    Verb{"env", Command::env},         Verb{"pac", Command::pac},       Verb{"limits", Command::limits},
    Verb{"guide", Command::guide},     Verb{"flows", Command::flows},   Verb{"explain", Command::explain},
    Verb{"version", Command::version}, Verb{"help", Command::help},
};

// What each takes. A flag or a word that would do nothing is a mistake: `flows clear host:a` would forget all.
struct FlowsAction {
  std::string_view name;
  std::size_t words_min, words_max;
  std::string_view flags;
};
constexpr std::array kFlowsActions = {
    FlowsAction{"list", 0, SIZE_MAX, "--json --limit --folder --config"},
    FlowsAction{"find", 0, SIZE_MAX, "--json --limit --folder --config"},
    FlowsAction{"show", 1, 1, "--as --with-secrets --folder --config"},
    FlowsAction{"diff", 2, 2, "--json --folder --config"},
    FlowsAction{"export", 0, SIZE_MAX, "--with-secrets --limit --folder --config"},
    FlowsAction{"import", 0, 1, ""},
    FlowsAction{"clear", 0, 0, ""},
    FlowsAction{"replay", 1, 1, "--method --header --data --json"},
};
constexpr std::array kFlowsFlags = {"--as",     "--with-secrets", "--limit",  "--json", "--folder",
                                    "--config", "--method",       "--header", "--data"};

class Parser {
 public:
  explicit Parser(CommandLine& line) : line_(line) {
    root_.set_help_flag();
    root_.add_flag("-h,--help", help_);
    root_.add_flag("--version", version_);
    add_run_flags(root_);
    for (const Verb& verb : kVerbs) add_verb(verb);
  }

  void parse(int argc, const char* const* argv) {
    argc = take_words(argc, argv);
    try {
      root_.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
      if (!help_) {  // who asks how it is used need not know it
        line_.error = problem.what();
        if (argc > 1 && argv[1][0] != '-') suggest(argv[1]);
        return;
      }
    }
    for (const Verb& verb : kVerbs) {
      if (root_.got_subcommand(std::string(verb.name))) line_.command = verb.command;
    }
    if (help_ && line_.command == Command::flows) line_.help_topic = "flows";
    if (help_) line_.command = Command::help;
    else if (version_) line_.command = Command::version;
    else check_uses();
    for (auto& [option, texts] : texts_) {
      if (texts.empty()) continue;
      if (shape_of(*option) != Shape::list) texts = {texts.back()};  // given twice, the last counts
      line_.flags.push_back({option, texts});
    }
  }

 private:
  struct Texts {
    const Option* option;
    std::vector<std::string> texts;
  };

  // What follows `--` is another program's, so CLI11 does not see it. How many words are ours.
  int take_words(int argc, const char* const* argv) {
    std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "help" && argc == 3 && argv[2] == std::string_view("flows")) {  // else the word would be the command
      line_.help_topic = argv[2];
      return 2;
    }
    if (verb != "exec" && verb != "open") return argc;
    for (int i = 2; i < argc; ++i) {
      if (argv[i] != std::string_view("--")) continue;
      line_.words.assign(argv + i + 1, argv + argc);
      return i;
    }
    return argc;
  }

  void check_uses() {
    if (line_.command == Command::exec) check_exec();
    if (line_.command == Command::flows) check_flows();
    if (line_.command == Command::explain && line_.flow_words.size() != 1)
      line_.error = "explain: say which flow: one id";
  }

  void check_flows() {
    const FlowsAction* action = kFlowsActions.begin();
    while (action->name != line_.flows_action) ++action;
    const CLI::App& app = *root_.get_subcommand("flows");
    for (const char* flag : kFlowsFlags) {
      if (app.count(flag) == 0 || action->flags.find(flag) != std::string_view::npos) continue;
      line_.error = fmt::format("flows: {} does nothing for \"{}\"", flag, action->name);
      return;
    }
    std::size_t words = line_.flow_words.size();
    if (words < action->words_min)
      line_.error = fmt::format("flows: {} needs {}", action->name,
                                action->words_min == 1 ? "a flow's id" : "the ids of two flows");
    else if (words > action->words_max)
      line_.error = fmt::format("flows: {} takes no \"{}\"", action->name, line_.flow_words[action->words_max]);
    else if (line_.with_secrets && action->name == "show" && line_.snippet.empty())
      line_.error = "flows: --with-secrets is for --as: a plain `show` prints heads as they were recorded";
  }

  void check_exec() {
    if (line_.words.empty()) line_.error = "exec: say what to run, behind two dashes: porthole exec -- make test";
    else if (!line_.allowed_hosts.empty() && !line_.deny_rest)
      line_.error = "exec: --allow names what --deny-rest leaves: give that too";
  }

  void add_verb(const Verb& verb) {
    CLI::App& app = *root_.add_subcommand(std::string(verb.name));
    app.set_help_flag();
    app.add_flag("-h,--help", help_);
    switch (verb.command) {
      case Command::run: add_run_flags(app); break;
      case Command::exec:
        app.add_option("--allow", line_.allowed_hosts)->allow_extra_args(false)->take_all();
        app.add_flag("--deny-rest", line_.deny_rest);
        app.add_option("--har", line_.har_path)->check(CLI::Validator(not_empty, "FILE"));
        add_setting_flag(app, *find_option("observe.access_log"));
        break;
      case Command::open:
        app.add_option("BROWSER", line_.browser)->required()->check(CLI::IsMember(browser_names()));
        add_setting_flags(app);
        break;
      case Command::check:
        app.add_option("FILE", line_.check_path);
        add_config_flag(app);
        break;
      case Command::config:
        app.add_flag("--origin", line_.origin);
        add_setting_flags(app);
        break;
      case Command::env:
        app.add_flag("--unset", line_.unset);
        app.add_option("--shell", line_.shell)->check(CLI::IsMember({"sh", "fish"}));
        add_setting_flags(app);
        break;
      case Command::pac:
        app.add_option("--test", line_.test_url);
        add_setting_flags(app);
        break;
      case Command::limits: add_setting_flags(app); break;
      case Command::guide:
        app.add_option("WORD", line_.guide_words);
        app.add_flag("--json", line_.guide_json);
        break;
      case Command::flows:
        app.add_option("ACTION", line_.flows_action)->required()->check(CLI::IsMember(flows_actions()));
        app.add_option("--as", line_.snippet)->check(CLI::IsMember({"curl", "fetch", "python", "raw"}));
        app.add_flag("--with-secrets", line_.with_secrets);
        app.add_option("--limit", line_.flow_limit)->check(CLI::Range(1, 1'000'000));
        app.add_flag("--json", line_.json);
        app.add_option("-X,--method", line_.replay_method);
        app.add_option("-H,--header", line_.replay_fields)->allow_extra_args(false)->take_all();
        app.add_option("-d,--data", line_.replay_data);
        add_flow_flags(app);
        break;
      case Command::explain: add_flow_flags(app); break;
      case Command::tail:
        app.add_option("FILTER", line_.flow_words);
        app.add_flag("--json", line_.json);
        break;
      case Command::status: app.add_flag("--json", line_.json); break;
      case Command::reload:
      case Command::stop: break;
      case Command::version: break;
      case Command::help: app.add_option("TOPIC", line_.help_topic)->check(CLI::IsMember({"options", "flows"})); break;
    }
  }

  void add_run_flags(CLI::App& app) {
    add_setting_flags(app);
    app.add_option("--ready-fd", line_.ready_fd)->check(CLI::Range(0, 1 << 20));
    app.add_option("--ready-file", line_.ready_file);
  }

  void add_flow_flags(CLI::App& app) {
    app.add_option("WORDS", line_.flow_words);
    app.add_option("--folder", line_.flow_folder)->check(CLI::Validator(not_empty, "FOLDER"));
    add_config_flag(app);
  }

  void add_config_flag(CLI::App& app) {
    app.add_option("--config", line_.config_flag)->check(CLI::Validator(not_empty, "FILE"));
  }

  void add_setting_flags(CLI::App& app) {
    add_config_flag(app);
    for (const Option& option : options()) {
      if (!option.flag.empty()) add_setting_flag(app, option);
    }
  }

  void add_setting_flag(CLI::App& app, const Option& option) {
    std::vector<std::string>& texts = texts_of(option).texts;
    app.add_option(std::string(option.flag), texts)->allow_extra_args(false)->take_all();
  }

  Texts& texts_of(const Option& option) {
    for (Texts& texts : texts_) {
      if (texts.option == &option) return texts;
    }
    return texts_.emplace_back(Texts{&option, {}});
  }

  void suggest(std::string_view word) {
    std::array<std::string_view, kVerbs.size()> names;
    for (std::size_t i = 0; i < kVerbs.size(); ++i) names[i] = kVerbs[i].name;
    for (std::string_view name : names) {
      if (name == word) return;
    }
    std::string_view near = nearest(word, names);
    line_.error = fmt::format("there is no command \"{}\"", word);
    if (!near.empty()) line_.error += fmt::format("; did you mean \"{}\"?", near);
  }

  static std::vector<std::string> flows_actions() {
    std::vector<std::string> names;
    for (const FlowsAction& action : kFlowsActions) names.emplace_back(action.name);
    return names;
  }

  static std::string not_empty(std::string& text) { return text.empty() ? "a path is missing" : ""; }

  CommandLine& line_;
  CLI::App root_;
  std::list<Texts> texts_;
  bool help_ = false;
  bool version_ = false;
};

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  Parser(line).parse(argc, argv);
  return line;
}

}  // namespace porthole::app
