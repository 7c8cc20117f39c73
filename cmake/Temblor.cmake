# What every target of ours is compiled with.
add_library(temblor_options INTERFACE)
target_compile_options(temblor_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -fno-math-errno
  # clang counts sign conversions among -Wconversion, gcc does not: one set for both.
  "$<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion;-Wno-unknown-warning-option>")
# GCC 12 warns of overlapping copies inside its own std::string where there are none (its bug 105651).
target_compile_options(temblor_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
target_include_directories(temblor_options INTERFACE ${CMAKE_SOURCE_DIR})
if(TEMBLOR_SANITIZE)
  target_compile_options(temblor_options INTERFACE
    -fsanitize=${TEMBLOR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(temblor_options INTERFACE -fsanitize=${TEMBLOR_SANITIZE})
endif()
if(TEMBLOR_FUZZ)
  # What no fuzzer links has the target property TEMBLOR_UNFUZZED.
  target_compile_options(temblor_options INTERFACE
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:TEMBLOR_UNFUZZED>>>:-fsanitize=fuzzer-no-link>)
endif()

# temblor_floor(NAME SOURCES ... LINK ... PRIVATE_LINK ...): the library of one floor of the house.
function(temblor_floor name)
  cmake_parse_arguments(FLOOR "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(temblor_${name} STATIC ${FLOOR_SOURCES})
  target_link_libraries(temblor_${name} PUBLIC temblor_options ${FLOOR_LINK} PRIVATE ${FLOOR_PRIVATE_LINK})
  # Under sanitizers these take far longer to compile than their tests to run.
  if(TEMBLOR_SANITIZE AND name MATCHES "^(server|cli)$")
    target_compile_options(temblor_${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
  endif()
  # ... and what all tests run most takes longer to run than to compile.
  if(TEMBLOR_SANITIZE AND name MATCHES "^(index|query)$")
    target_compile_options(temblor_${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O2>)
  endif()
  if(name STREQUAL "cli")
    set_target_properties(temblor_${name} PROPERTIES TEMBLOR_UNFUZZED ON)
  endif()
endfunction()
