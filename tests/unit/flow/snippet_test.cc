// Requests to paste. The curl line is run: by sh, with a curl that says what it was given.
#include "flow/snippet.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SnippetTest : public test::FlowRig {
 protected:
  std::string of(SnippetKind kind, std::string_view head, std::string_view body = {}, bool secrets = true) {
    request(1, head);
    content(1, Direction::request, body);
    sink_->end({1}, outcome(head, body), clock_.now());
    step();
    return snippet(reader_, *newest(), kind, secrets).value_or("nothing");
  }
  static Outcome outcome(std::string_view head, std::string_view body) {
    std::string_view method = head.substr(0, head.find(' '));
    std::string_view target = head.substr(method.size() + 1, head.find(' ', method.size() + 1) - method.size() - 1);
    std::string_view host = target.starts_with("http://") ? target.substr(7, target.find('/', 7) - 7) : "";
    return {.flow = {1}, .status = 200, .method = method, .target = target, .host = host, .bytes_in = body.size()};
  }
  // What a curl on the PATH would be told: its words, and its standard input when a word asks for it.
  std::vector<std::string> told(const std::string& line) {
    std::string bin = folder_ / "bin", said = folder_ / "said";
    std::filesystem::create_directories(bin);
    std::ofstream(bin + "/curl") << "#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done >" << said
                                 << "\ncase \" $* \" in *' @- '*) cat >>" << said << ";; esac\n";
    ::chmod((bin + "/curl").c_str(), 0755);
    std::ofstream(folder_ / "line.sh") << line;
    EXPECT_EQ(std::system(("cd / && PATH=" + bin + ":$PATH sh " + (folder_ / "line.sh")).c_str()), 0);
    std::ostringstream text;
    text << std::ifstream(said).rdbuf();
    std::vector<std::string> words;
    std::string all = text.str();
    for (std::size_t at = 0; at < all.size();) {
      std::size_t end = std::min(all.find('\0', at), all.size());
      words.push_back(all.substr(at, end - at));
      at = end + 1;
    }
    return words;
  }
};

TEST_F(SnippetTest, TakesWhatPassedAfterA101ForNoContentOfTheRequest) {
  std::string head = "GET http://h/ws HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
  request(1, head);
  content(1, Direction::request, "frames");
  Outcome switched = outcome(head, "frames");
  switched.status = 101;
  sink_->end({1}, switched, clock_.now());
  step();
  EXPECT_EQ(snippet(reader_, *newest(), SnippetKind::raw, true), head);
  EXPECT_THAT(*snippet(reader_, *newest(), SnippetKind::curl, true), Not(HasSubstr("frames")));
}

TEST_F(SnippetTest, ACurlLineSaysTheRequestAndNothingThatCurlWouldAdd) {
  EXPECT_EQ(of(SnippetKind::curl, "GET http://h/a?b=1 HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nConnection: close\r\n\r\n"),
            "curl --globoff --path-as-is -H 'Accept: */*' -H 'User-Agent:' 'http://h/a?b=1'\n");
}

TEST_F(SnippetTest, MethodsAndContentAreKept) {
  EXPECT_EQ(of(SnippetKind::curl, "HEAD http://h/ HTTP/1.1\r\nHost: h\r\nAccept: a\r\nUser-Agent: u\r\n\r\n"),
            "curl --globoff --path-as-is --head -H 'Accept: a' -H 'User-Agent: u' 'http://h/'\n");
  EXPECT_EQ(of(SnippetKind::curl,
               "PUT http://h/ HTTP/1.1\r\nHost: h\r\nAccept: a\r\nUser-Agent: u\r\nContent-Length: 2\r\n\r\n", "@x"),
            "curl --globoff --path-as-is -X 'PUT' -H 'Accept: a' -H 'User-Agent: u' -H 'Content-Type:' --data-raw '@x' "
            "'http://h/'\n");
}

TEST_F(SnippetTest, AShellDoesNothingWithHostileValues) {
  std::string canary = folder_ / "canary";
  std::string hostile =
      "'; touch " + canary + "; $(touch " + canary + ") `touch " + canary + "` \"$HOME\" \\ !! %s & | > x";
  std::string target = "http://h/'$(touch${IFS}" + canary + ")'`x`/[1-3]{a,b}/../c?q=\"$HOME\"&x=%27;";
  auto words =
      told(of(SnippetKind::curl,
              "POST " + target +
                  " HTTP/1.1\r\nHost: h\r\nAccept: a\r\nUser-Agent: u\r\nContent-Type: t\r\nX-Hostile: " + hostile +
                  "\r\nX-Empty:\r\nX-At: @/etc/passwd\r\n\r\n",
              "@/etc/passwd\n" + hostile + "\n"));
  EXPECT_THAT(words, ElementsAre("--globoff", "--path-as-is", "-X", "POST", "-H", "Accept: a", "-H", "User-Agent: u",
                                 "-H", "Content-Type: t", "-H", "X-Hostile: " + hostile, "-H", "X-Empty;", "-H",
                                 "X-At: @/etc/passwd", "--data-raw", "@/etc/passwd\n" + hostile + "\n", target));
  EXPECT_FALSE(std::filesystem::exists(canary));
}

TEST_F(SnippetTest, OctetsThatAreNoTextArriveAsTheyWere) {
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
  all += "%s%%\\n'end\n\n";
  auto words =
      told(of(SnippetKind::curl,
              "POST http://h/ HTTP/1.1\r\nHost: h\r\nAccept: a\r\nUser-Agent: u\r\nX: caf\xe9 %d\r\n\r\n", all));
  EXPECT_THAT(words,
              ElementsAre("--globoff", "--path-as-is", "-X", "POST", "-H", "Accept: a", "-H", "User-Agent: u", "-H",
                          "X: caf\xe9 %d", "-H", "Content-Type:", "--data-binary", "@-", "http://h/", all));
}

TEST_F(SnippetTest, WithoutSecretsTheirValuesAreAsterisks) {
  std::string head =
      "GET http://h/ HTTP/1.1\r\nHost: h\r\nauthorization: Bearer s3cret\r\nCookie: a=s3cret\r\nX: open\r\n\r\n";
  options_.redact.clear();
  recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 1);
  sink_ = std::make_unique<RingSink>(recorder_->ring(0), recorder_->content_wanted());
  for (SnippetKind kind : {SnippetKind::curl, SnippetKind::fetch, SnippetKind::python, SnippetKind::raw}) {
    std::string masked = of(kind, head, {}, false);
    EXPECT_THAT(masked, Not(HasSubstr("s3cret")));
    EXPECT_THAT(masked, HasSubstr("***"));
    EXPECT_THAT(masked, HasSubstr("open"));
    EXPECT_THAT(*snippet(reader_, *newest(), kind, true), HasSubstr("s3cret"));
  }
}

TEST_F(SnippetTest, AFetchHasItsFieldsInOrderAndItsContent) {
  EXPECT_EQ(of(SnippetKind::fetch, "POST http://h/ HTTP/1.1\r\nHost: h\r\nA: 1\r\nContent-Type: t\r\nA: \"2\"\r\n\r\n",
               "line\n\xc3\xa9"),
            "await fetch(\"http://h/\", {\n  method: \"POST\",\n  headers: [\n    [\"A\", \"1\"],\n    "
            "[\"Content-Type\", \"t\"],\n    [\"A\", "
            "\"\\\"2\\\"\"],\n  ],\n"
            "  body: \"line\\n\xc3\xa9\",\n});\n");
  EXPECT_THAT(of(SnippetKind::fetch, "POST http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "\xff"), HasSubstr("atob('/w==')"));
}

TEST_F(SnippetTest, APythonProgramAddsNoFieldAndJoinsNone) {
  EXPECT_EQ(
      of(SnippetKind::python, "POST http://[::1]:81/a?b HTTP/1.1\r\nHost: h\r\nA: 1\r\na: 2\r\n\r\n", "'\\\n\xff"),
      "import http.client\n\nconnection = http.client.HTTPConnection(\"::1\", 81)\n"
      "connection.putrequest(\"POST\", \"/a?b\", skip_accept_encoding=True)\n"
      "connection.putheader(\"A\", \"1\")\nconnection.putheader(\"a\", \"2\")\n"
      "connection.putheader(\"Content-Length\", \"4\")\n"
      "connection.endheaders(b'\\x27\\x5c\\x0a\\xff')\n"
      "answer = connection.getresponse()\nprint(answer.status, answer.read())\n");
  EXPECT_THAT(of(SnippetKind::python, "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n"),
              HasSubstr("HTTPConnection(\"h\", 80)\nconnection.putrequest(\"GET\", \"/\", skip_accept_encoding=True)\n"
                        "connection.endheaders()\n"));
}

TEST_F(SnippetTest, NothingIsSaidOfContentThatTheClientDidNotSay) {
  EXPECT_THAT(of(SnippetKind::fetch, "POST http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "text"),
              HasSubstr("body: new TextEncoder().encode(\"text\"),"));
  EXPECT_THAT(of(SnippetKind::fetch, "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "text"),
              AllOf(Not(HasSubstr("body:")), HasSubstr("// 4 bytes of content: fetch sends none with GET")));
  EXPECT_THAT(of(SnippetKind::curl, "POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
              HasSubstr(" --data-raw '' -H 'Content-Type:' "));
}

TEST_F(SnippetTest, AFormOfDashesAndMuchTextComeThroughPrintf) {
  const std::string start =
      "POST http://h/ HTTP/1.1\r\nHost: h\r\nAccept: a\r\nUser-Agent: u\r\nContent-Type: t\r\n\r\n";
  for (const std::string& body : {std::string("------WebKit\r\n\xff"), std::string(150'000, 'x')}) {
    auto words = told(of(SnippetKind::curl, start, body));
    ASSERT_FALSE(words.empty());
    EXPECT_EQ(words.back(), body);
  }
}

TEST_F(SnippetTest, TrailersHaveSecretsToo) {
  request(1, "PUT http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  http::Fields trailers;
  trailers.add("X-Sum", "1");
  trailers.add("authorization", "s3cret");
  sink_->trailers({1}, Direction::request, trailers);
  sink_->end({1}, {.flow = {1}, .method = "PUT", .target = "http://h/", .host = "h"}, clock_.now());
  step();
  EXPECT_THAT(*snippet(reader_, *newest(), SnippetKind::raw, false),
              testing::EndsWith("0\r\nX-Sum: 1\r\nauthorization: ******\r\n\r\n"));
}

TEST_F(SnippetTest, RawOfWhatCameInChunksIsInOne) {
  EXPECT_EQ(
      of(SnippetKind::raw, "PUT http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
         "0123456789abcdef"),
      "PUT http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
}

TEST_F(SnippetTest, RawAreTheOctets) {
  EXPECT_EQ(of(SnippetKind::raw, "PUT http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "a\xff"),
            "PUT http://h/ HTTP/1.1\r\nHost: h\r\n\r\na\xff");
}

TEST_F(SnippetTest, ContentThatWasNotKeptWholeIsSaidSo) {
  request(1, "PUT http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
  content(1, Direction::request, "abc");
  sink_->end({1}, {.flow = {1}, .method = "PUT", .target = "http://h/", .host = "h", .bytes_in = 10}, clock_.now());
  step();
  EXPECT_THAT(*snippet(reader_, *newest(), SnippetKind::curl, true),
              StartsWith("# 3 of 10 bytes of the content are here\ncurl"));
}

TEST_F(SnippetTest, TunnelsAndWhatWasForUsHaveNone) {
  EXPECT_EQ(of(SnippetKind::curl, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"), "nothing");
  EXPECT_EQ(of(SnippetKind::curl, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "nothing");
  EXPECT_EQ(snippet_kind_of("perl"), std::nullopt);
  EXPECT_EQ(snippet_kind_of("python"), SnippetKind::python);
}

}  // namespace
}  // namespace porthole::flow
