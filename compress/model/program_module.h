#pragma once

#include <string>

namespace temblor {

/// The path of a module of this program, lib<name>.so: what the environment variable `variable`
/// says if it is set, else beside the program or in ../lib/temblor from there. Empty when there is
/// none, or when the variable says "off".
std::string program_module_path(const std::string& name, const char* variable);

}  // namespace temblor
