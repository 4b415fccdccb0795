// ScriptedResolver: answers when the test says so.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "io/signal.h"
#include "upstream/resolver.h"

namespace porthole::test {

class ScriptedResolver final : public upstream::Resolver {
 public:
  explicit ScriptedResolver(io::Loop& loop) : loop_(loop) {}

  // At once, from the cache.
  void know(const std::string& name, std::vector<const char*> addresses) { cached_[name] = made(addresses, true); }
  // To those who ask and those who wait already.
  void answer(const std::string& name, std::vector<const char*> addresses, bool complete = true) {
    (complete ? rest_ : first_)[name].say(made(addresses, complete));
    if (complete) first_[name].say(made(addresses, complete));
  }
  void answer(const std::string& name, Error error) {
    first_[name].say(fail(error));
    rest_[name].say(fail(error));
  }

  std::shared_ptr<const upstream::Addresses> cached(std::string_view name) override {
    return cached_[std::string(name)];
  }
  io::Task<Answer> resolve(std::string name, Instant deadline) override { return wait(first_[name], deadline); }
  io::Task<Answer> rest(std::string name, Instant deadline) override { return wait(rest_[name], deadline); }

 private:
  struct Question {
    std::optional<Answer> answer;
    std::vector<io::Signal*> waiting;
    void say(Answer said) {
      answer = std::move(said);
      for (io::Signal* signal : waiting) signal->raise();
    }
  };
  static std::shared_ptr<const upstream::Addresses> made(const std::vector<const char*>& texts, bool complete) {
    upstream::Addresses addresses;
    for (const char* text : texts) addresses.list.push_back(*IpAddress::parse(text));
    addresses.complete = complete;
    return std::make_shared<const upstream::Addresses>(std::move(addresses));
  }
  struct Place {
    Place(Question& q, io::Signal& s) : question(q), signal(s) { question.waiting.push_back(&signal); }
    ~Place() { std::erase(question.waiting, &signal); }
    Question& question;
    io::Signal& signal;
  };
  io::Task<Answer> wait(Question& question, Instant deadline) {
    io::Signal signal(loop_);
    Place place(question, signal);
    if (!question.answer) co_await signal.wait(deadline);
    if (!question.answer) co_return fail(Error{.token = Token::dns_timeout, .status = 504});
    co_return *question.answer;
  }

  io::Loop& loop_;
  std::map<std::string, std::shared_ptr<const upstream::Addresses>> cached_;
  std::map<std::string, Question> first_, rest_;
};

}  // namespace porthole::test
