# Which compilers may build this, and with which flags. Why Clang: docs/decisions/0001-clang-and-libstdcxx.md.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (13 of 41 small cases freed twice), so it cannot build "
    "Porthole. Use Clang 19: 'tools/deps build' installs it, 'cmake --preset dev' picks it.")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "Clang ${CMAKE_CXX_COMPILER_VERSION} is too old for Porthole. Use Clang 19: 'tools/deps build' installs it.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# -g1 in release: line tables for profiles and backtraces. -march stays generic: the binary is for any amd64 or arm64.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG -fno-plt")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g -D_GLIBCXX_ASSERTIONS")

add_compile_options(-fno-omit-frame-pointer -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Options structs are filled by name and the rest keeps its default: that is what they are for.
  add_compile_options(-Wno-missing-designated-field-initializers -fcolor-diagnostics)
  # Lets ccache reuse what was compiled against a precompiled header.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  add_link_options(-fuse-ld=lld -Wl,-z,relro,-z,now)
endif()

if(PH_SANITIZE)
  add_compile_options(-fsanitize=${PH_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PH_SANITIZE})
endif()

find_program(PH_CCACHE ccache)
if(PH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${PH_CCACHE})
endif()
