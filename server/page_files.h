#pragma once

#include <span>
#include <string_view>

namespace temblor {

/// A file of server/page, as it is in the program.
struct PageFile {
    std::string_view name;
    std::string_view content;
};
std::span<const PageFile> page_files();

}  // namespace temblor
