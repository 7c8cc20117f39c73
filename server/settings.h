#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/status.h"
#include "server/access_log.h"
#include "server/http/http_server.h"

namespace temblor {

/// All that can be set of a server.
struct ServerSettings {
    std::string data;
    std::string listen = "127.0.0.1:7333";
    std::string api_key;
    std::string read_only_key;
    bool insecure = false;  ///< listening to others without a key is meant
    bool log_json = true;
    AccessLog::Level log_level = AccessLog::Level::kInfo;
    bool log_requests = false;
    std::chrono::milliseconds slow_query{1'000};
    std::vector<std::pair<std::string, std::string>> models;  ///< name and folder
    std::string model_dtype = "f32";
    std::string model_device;
    uint32_t model_cores = 0;   ///< of one encoding; 0: half of them
    uint32_t model_tokens = 0;  ///< of a text; 0: what the model takes
    HttpServerOptions http;     ///< address and port come from `listen`

    using Values = std::map<std::string, std::string, std::less<>>;
    /// From flags (by the names of settings), the environment (TEMBLOR_NAME), the TOML file at
    /// `path` (none when empty), defaults: the first that has a setting gives it. Errors:
    /// kInvalidArgument names the setting and where its value came from; a setting that there is
    /// not is an error, too.
    static Result<ServerSettings> load(const Values& flags, const std::string& path);

    /// As a file for load(); keys are left out.
    [[nodiscard]] std::string to_toml() const;
};

/// One setting: its name in files, as a flag and in the environment, and how it is read and
/// written.
struct Setting {
    std::string name;  ///< "body_bytes"
    std::string help;
    bool is_secret = false;
    bool is_text = false;  ///< in TOML: a string, not a number or a boolean
    std::function<Status(ServerSettings&, const std::string&)> set;
    std::function<std::string(const ServerSettings&)> get;
    /// Of several values: commas between them for `set`, `get` and in the environment; in TOML an
    /// array; the flag is given once for each, and named in the singular.
    bool is_list = false;
    /// A list of NAME=VALUE; in TOML a table.
    bool is_table = false;

    [[nodiscard]] std::string flag() const;         ///< "body-bytes", "cors-origin"
    [[nodiscard]] std::string environment() const;  ///< "TEMBLOR_BODY_BYTES"
};
const std::vector<Setting>& server_settings();

}  // namespace temblor
