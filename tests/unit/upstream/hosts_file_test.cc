// What a hosts file says (hosts(5)), and that a changed one is read again.
#include "upstream/hosts_file.h"

#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

namespace porthole::upstream {
namespace {

constexpr Instant kNow{std::chrono::hours(1)};

std::string text(const std::shared_ptr<const Addresses>& found) {
  if (!found) return "nothing";
  std::string all;
  for (const IpAddress& ip : found->list) all += (all.empty() ? "" : " ") + ip.text();
  return all;
}
std::string find(const HostNames& names, std::string_view name) {
  auto found = names.find(name);
  return text(found == names.end() ? nullptr : found->second);
}

// A file of its own in the temporary folder.
class TestFile {
 public:
  TestFile() { ::close(::mkstemp(path_)); }
  ~TestFile() { ::unlink(path_); }
  void write(std::string_view what) {
    std::FILE* file = std::fopen(path_, "w");
    std::fwrite(what.data(), 1, what.size(), file);
    std::fclose(file);
  }
  std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/porthole-hosts-XXXXXX";
};

TEST(Hosts, ReadsNamesAliasesCommentsAndBlanks) {
  HostNames names = parse_hosts(
      "127.0.0.1 One.test two.TEST # three.test\n\n\t10.0.0.1\t\tfour.test \r\n#5.5.5.5 five.test\n"
      "::1 six.test",
      true, kNow);
  EXPECT_EQ(find(names, "one.test"), "127.0.0.1");
  EXPECT_EQ(find(names, "two.test"), "127.0.0.1");
  EXPECT_EQ(find(names, "three.test"), "nothing");
  EXPECT_EQ(find(names, "four.test"), "10.0.0.1");
  EXPECT_EQ(find(names, "five.test"), "nothing");
  EXPECT_EQ(find(names, "six.test"), "::1");
}

TEST(Hosts, AddsUpTheLinesOfAName) {
  HostNames names =
      parse_hosts("10.0.0.1 a.test\n10.0.0.2 a.test\n::2 a.test\n10.0.0.1 a.test a.test\n::1 a.test\n", true, kNow);
  EXPECT_EQ(find(names, "a.test"), "::2 ::1 10.0.0.1 10.0.0.2");
}

TEST(Hosts, LeavesOutIpv6WhenItIsOff) {
  HostNames names = parse_hosts("::1 a.test b.test\n10.0.0.1 a.test\n", false, kNow);
  EXPECT_EQ(find(names, "a.test"), "10.0.0.1");
  EXPECT_EQ(find(names, "b.test"), "nothing");
}

TEST(Hosts, SkipsLinesThatDoNotReadSo) {
  HostNames names = parse_hosts("nonsense a.test\n10.0.0 a.test\n10.0.0.1\nfe80::1%eth0 a.test\n" +
                                    std::string(300, 'x') + "\n10.0.0.2 " + std::string(300, 'y') + " b.test\n",
                                true, kNow);
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(find(names, "b.test"), "10.0.0.2");
}

TEST(HostsFile, IsReadAgainWhenItChanged) {
  TestFile file;
  file.write("10.0.0.1 a.test\n");
  HostsFile hosts(file.path(), true, kNow);
  EXPECT_EQ(text(hosts.find("a.test", kNow)), "10.0.0.1");
  file.write("10.0.0.2 a.test # and longer\n");
  EXPECT_EQ(text(hosts.find("a.test", kNow + std::chrono::seconds(4))), "10.0.0.1");  // not asked yet
  EXPECT_EQ(text(hosts.find("a.test", kNow + std::chrono::seconds(5))), "10.0.0.2");
  ::unlink(file.path().c_str());
  EXPECT_EQ(text(hosts.find("a.test", kNow + std::chrono::seconds(10))), "nothing");
}

TEST(HostsFile, MayBeMissing) {
  HostsFile missing("/nonexistent/hosts", true, kNow);
  EXPECT_EQ(text(missing.find("a.test", kNow)), "nothing");
  HostsFile none("", true, kNow);
  EXPECT_EQ(text(none.find("a.test", kNow)), "nothing");
}

TEST(HostsFile, IsNotADirectoryNorADevice) {
  HostsFile folder("/tmp", true, kNow);
  EXPECT_EQ(text(folder.find("a.test", kNow)), "nothing");
}

}  // namespace
}  // namespace porthole::upstream
