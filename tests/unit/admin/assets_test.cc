// The inspector's files inside the program.
#include "admin/assets.h"

#include <gmock/gmock.h>

namespace porthole::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string field(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.fields) {
    if (key == name) return value;
  }
  return {};
}

TEST(Assets, ThePageCarriesTheNonceOfItsPolicyAndNoPlaceholder) {
  auto page = asset_answer(built_in_assets(), "/", true, "n0nce");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->body, HasSubstr("<!doctype html>"));
  EXPECT_THAT(page->body, HasSubstr("content=\"n0nce\""));
  EXPECT_THAT(page->body, Not(HasSubstr("__NONCE__")));
  EXPECT_THAT(field(*page, "Content-Security-Policy"), HasSubstr("style-src 'self' 'nonce-n0nce'"));
  EXPECT_EQ(field(*page, "Cache-Control"), "") << "so that the visitor says no-store";
}

TEST(Assets, EachFileThatThePageNamesIsThere) {
  std::string page = asset_answer(built_in_assets(), "/", true, "x")->body;
  std::size_t named = 0;
  for (std::size_t at = 0; (at = page.find("=\"/", at)) != std::string::npos; ++named) {
    std::string path = page.substr(at + 2, page.find('"', at + 2) - at - 2);
    EXPECT_TRUE(asset_answer(built_in_assets(), path, true, "")) << path;
    at += path.size();
  }
  EXPECT_GE(named, 4U);
}

TEST(Assets, AreGzippedOnlyForThoseWhoTakeIt) {
  for (const Asset& asset : built_in_assets()) {
    if (asset.path == "/") continue;
    auto packed = asset_answer(built_in_assets(), asset.path, true, ""),
         plain = asset_answer(built_in_assets(), asset.path, false, "");
    EXPECT_EQ(field(*packed, "Content-Encoding"), "gzip");
    EXPECT_EQ(field(*plain, "Content-Encoding"), "");
    EXPECT_EQ(field(*plain, "Vary"), "Accept-Encoding");
    EXPECT_TRUE(packed->body.starts_with("\x1f\x8b"));
    EXPECT_GT(plain->body.size(), packed->body.size() / 2) << asset.path;
    EXPECT_NE(plain->body[0], '\x1f');
  }
}

TEST(Assets, OnlyFilesWithAHashInTheirNameAreKept) {
  for (const Asset& asset : built_in_assets()) {
    auto answer = asset_answer(built_in_assets(), asset.path, true, "");
    EXPECT_EQ(field(*answer, "Cache-Control").contains("immutable"), asset.path.starts_with("/assets/")) << asset.path;
  }
}

TEST(Assets, AnythingElseIsNotThere) {
  for (std::string_view path : {"/index.html", "/assets/", "/../web/dist/index.html", "/assets/%2e%2e/", ""})
    EXPECT_FALSE(asset_answer(built_in_assets(), path, true, "")) << path;
}

}  // namespace
}  // namespace porthole::admin
