#pragma once

#include <span>
#include <string_view>

namespace temblor {

/// A file that is part of the program, as it was when it was built (cmake/EmbedFiles.cmake).
struct EmbeddedFile {
    std::string_view name;
    std::string_view content;
};
/// Those of server/page.
std::span<const EmbeddedFile> page_files();
/// server/openapi.json alone.
std::span<const EmbeddedFile> openapi_files();

}  // namespace temblor
