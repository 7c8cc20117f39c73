# cmake -DOUTPUT=x.cc -DFUNCTION=f -DFILES=a;b -P EmbedFiles.cmake: the files as a table of C++
# strings that f() of server/embedded_files.h returns.
set(entries "")
foreach(path IN LISTS FILES)
  get_filename_component(name "${path}" NAME)
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${hex}")
  # Long literals are cut, so that every compiler takes them.
  string(REGEX REPLACE "(................................................................)" "\\1\"\n    \"" text "${text}")
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(APPEND entries "    {\"${name}\", std::string_view(\"${text}\", ${bytes})},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"server/embedded_files.h\"\n\nnamespace temblor {\n\nstd::span<const EmbeddedFile> ${FUNCTION}() {\n  static constexpr EmbeddedFile files[] = {\n${entries}  };\n  return files;\n}\n\n}  // namespace temblor\n")
