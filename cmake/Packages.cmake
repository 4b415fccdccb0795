# Third-party libraries, all from Debian 12 (tools/deps names the packages). Which room may use which: layers.txt.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)               # fmt::fmt                      any room
find_package(spdlog REQUIRED)            # spdlog::spdlog                base
find_package(nlohmann_json REQUIRED)     # nlohmann_json::nlohmann_json  where JSON is answered, never on the data path
find_package(CLI11 REQUIRED)             # CLI11::CLI11                  app
find_package(tomlplusplus REQUIRED)      # tomlplusplus::tomlplusplus    app
find_package(OpenSSL REQUIRED)           # OpenSSL::Crypto in base (digests), OpenSSL::SSL in tls
pkg_check_modules(cares REQUIRED IMPORTED_TARGET libcares)  # PkgConfig::cares  upstream
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)       # PkgConfig::zlib   coding
pkg_check_modules(brotli REQUIRED IMPORTED_TARGET libbrotlidec libbrotlienc)  # PkgConfig::brotli  coding
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)    # PkgConfig::zstd   coding
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)  # PkgConfig::xxhash  flow
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)         # PkgConfig::re2    match, rules
# Its -pthread says nothing to this compiler and C library, but does not fit the precompiled header of the tests.
set_target_properties(PkgConfig::re2 PROPERTIES INTERFACE_COMPILE_OPTIONS "")
if(PH_TESTS)
  find_package(GTest REQUIRED)
endif()
