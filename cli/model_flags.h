#pragma once

#include <cstdint>
#include <string>

#include "compress/model/text_models.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace temblor::cli {

/// How the model that --encoder names is run. Must outlive the parsing of the app.
struct ModelFlags {
    int64_t max_tokens = 0;
    std::string dtype = "f32";
    std::string device;

    /// Adds the flags; each needs `encoder`.
    void add_to(CLI::App& app, CLI::Option* encoder);
    [[nodiscard]] TextModelOptions options() const;
};

}  // namespace temblor::cli
