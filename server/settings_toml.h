#pragma once

#include <string>
#include <vector>

#include "data/status.h"
#include "server/settings.h"

namespace temblor {

/// What a setting of several values (Setting::is_list) holds: the parts between commas.
std::vector<std::string> split_setting(const std::string& value);

/// The settings of a TOML file, as Setting::set takes them. Errors name file and line or setting.
/// ServerSettings::to_toml() writes them.
Result<ServerSettings::Values> read_settings_file(const std::string& path);

}  // namespace temblor
