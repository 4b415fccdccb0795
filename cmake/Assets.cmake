# ph_assets(<library> <folder>): the files of <folder> inside <library>, gzipped, as what admin/assets.h calls built_in_assets().
# The folder is committed as it was built (web/README.md), so this needs gzip and nothing else.
find_program(PH_GZIP gzip REQUIRED)

function(ph_assets library folder)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  list(SORT files)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/assets)
  file(MAKE_DIRECTORY ${made})
  set(number 0)
  foreach(file ${files})
    set(packed ${made}/${number}.gz)
    add_custom_command(OUTPUT ${packed} COMMAND ${PH_GZIP} -9nc ${folder}/${file} > ${packed}
      DEPENDS ${folder}/${file} VERBATIM)
    list(APPEND inputs ${packed})
    string(REGEX MATCH "[^.]*$" extension ${file})
    set(type_html "text/html; charset=utf-8")
    set(type_js "text/javascript; charset=utf-8")
    set(type_css "text/css; charset=utf-8")
    set(type_svg "image/svg+xml")
    if(NOT DEFINED type_${extension})
      message(FATAL_ERROR "${folder}/${file}: say in cmake/Assets.cmake which media type .${extension} is")
    endif()
    if(file STREQUAL "index.html")
      set(path "/")
    else()
      set(path "/${file}")
    endif()
    set(symbol porthole_asset_${number})
    string(APPEND symbols
      "asm(\".pushsection .rodata\\n.global ${symbol}\\n.global ${symbol}_end\\n\"\n"
      "    \"${symbol}: .incbin \\\"${packed}\\\"\\n${symbol}_end: .byte 0\\n.popsection\");\n"
      "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND table "    {\"${path}\", \"${type_${extension}}\", view(${symbol}, ${symbol}_end), true},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  set(source ${made}/assets.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
// Made by cmake/Assets.cmake.
#include "admin/assets.h"

@symbols@
namespace porthole::admin {
namespace {
std::string_view view(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }
}  // namespace

std::span<const Asset> built_in_assets() {
  static const Asset kAssets[] = {
@table@  };
  return kAssets;
}

}  // namespace porthole::admin
]])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${inputs}")
  target_sources(${library} PRIVATE ${source})
endfunction()
