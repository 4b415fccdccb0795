# The four functions that src/<room>/CMakeLists.txt and fuzz/CMakeLists.txt are written in. No globs: a file that is
# not named is not built, and tools/tidy refuses a source which no CMakeLists.txt names.

# What ./test builds: all test binaries, those of rooms with threads or shared state (for the thread sanitizer), all fuzz targets.
set(PH_THREAD_ROOMS io flow proxy admin)
add_custom_target(unit_tests)
add_custom_target(thread_tests)
add_custom_target(fuzz_targets)

# ph_library(<room> [SOURCES a.cc ..] [DEPENDS <room> ..] [LIBS <imported target> ..])
# The static library porthole_<room>. Includes are written by path from src/: "wire/h1/parser.h". DEPENDS repeats the
# room's arrows of layers.txt. A room without sources (headers only) is an INTERFACE library.
function(ph_library room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LIBS")
  list(TRANSFORM arg_DEPENDS PREPEND porthole_)
  if(arg_SOURCES)
    add_library(porthole_${room} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(porthole_${room} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(porthole_${room} ${scope} ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(porthole_${room} ${scope} PORTHOLE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(porthole_${room} ${scope} ${arg_DEPENDS} ${arg_LIBS})
endfunction()

# ph_program(<name> SOURCES .. DEPENDS <room> .. [LIBS ..]): a binary in build/<preset>/.
function(ph_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LIBS")
  list(TRANSFORM arg_DEPENDS PREPEND porthole_)
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} ${arg_LIBS} Threads::Threads)
endfunction()

# ph_test(<room> SOURCES a_test.cc .. DEPENDS <room> .. [LIBS ..] [DIR <folder>])
# One GoogleTest binary build/<preset>/tests/<room>_test, known to CTest. Sources are looked up in tests/unit/<room>/
# (or DIR, from the project's root); helpers shared by rooms are included as "support/<file>.h" from tests/.
function(ph_test room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DIR" "SOURCES;DEPENDS;LIBS")
  if(NOT PH_TESTS OR NOT arg_SOURCES)
    return()
  endif()
  if(NOT arg_DIR)
    set(arg_DIR tests/unit/${room})
  endif()
  list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/${arg_DIR}/)
  list(TRANSFORM arg_DEPENDS PREPEND porthole_)
  ph_gtest_header()
  add_executable(${room}_test ${arg_SOURCES})
  set_target_properties(${room}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_link_libraries(${room}_test PRIVATE ${arg_DEPENDS} ${arg_LIBS} ph_gtest_header GTest::gtest_main)
  target_precompile_headers(${room}_test REUSE_FROM ph_gtest_header)
  add_dependencies(unit_tests ${room}_test)
  if(room IN_LIST PH_THREAD_ROOMS)
    add_dependencies(thread_tests ${room}_test)
  endif()
  add_test(NAME ${room} COMMAND ${room}_test WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# GoogleTest's headers, compiled once for all test binaries. Called by ph_test.
function(ph_gtest_header)
  if(TARGET ph_gtest_header)
    return()
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/ph_gtest_header.cc "\n")
  add_library(ph_gtest_header STATIC ${PROJECT_BINARY_DIR}/ph_gtest_header.cc)
  target_precompile_headers(ph_gtest_header PRIVATE <gtest/gtest.h> <gmock/gmock.h>)
  target_include_directories(ph_gtest_header PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(ph_gtest_header PUBLIC PORTHOLE_VERSION="${PROJECT_VERSION}"
    PORTHOLE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")  # for goldens: PORTHOLE_SOURCE_DIR "/tests/golden/.."
  target_link_libraries(ph_gtest_header PUBLIC GTest::gtest GTest::gmock)
endfunction()

# ph_fuzz(<name> SOURCES .. DEPENDS <room> .. [LIBS ..]): the libFuzzer target build/<preset>/fuzz/<name>, whose corpus
# is fuzz/corpus/<name>/. Does nothing in presets that do not fuzz.
function(ph_fuzz name)
  if(NOT PH_FUZZ)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LIBS")
  list(TRANSFORM arg_DEPENDS PREPEND porthole_)
  add_executable(fuzz_${name} ${arg_SOURCES})
  set_target_properties(fuzz_${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz_targets fuzz_${name})
  target_link_libraries(fuzz_${name} PRIVATE ${arg_DEPENDS} ${arg_LIBS} Threads::Threads)
endfunction()
