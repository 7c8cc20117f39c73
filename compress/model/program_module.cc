#include "compress/model/program_module.h"

#include <cstdlib>
#include <filesystem>

namespace temblor {

std::string program_module_path(const std::string& name, const char* variable) {
    if (const char* given = std::getenv(variable); given != nullptr && *given != '\0')
        return std::string(given) == "off" ? "" : given;
    std::error_code error;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    for (const auto& place : {folder, folder.parent_path() / "lib" / "temblor"}) {
        const auto path = place / ("lib" + name + ".so");
        if (std::filesystem::exists(path, error)) return path.string();
    }
    return "";
}

}  // namespace temblor
