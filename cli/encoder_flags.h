#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/model_flags.h"
#include "data/text/text_encoder.h"

namespace CLI {
class App;
}

namespace temblor::cli {

/// The flags that say how text becomes vectors. Must outlive the parsing of `app`.
struct EncoderFlags {
    std::string kind;  ///< empty: the input must hold vectors
    TextEncoderOptions options;
    bool no_stop_words = false;
    ModelFlags model;
    uint32_t batch = 256;
    size_t top_k = 0;

    void add_to(CLI::App& app);
    /// Whether --encoder names a model's folder.
    [[nodiscard]] bool names_model() const;
    /// What the flags say, or nothing without --encoder and with a model's folder.
    [[nodiscard]] std::optional<TextEncoderOptions> chosen() const;
    /// How the model is opened.
    [[nodiscard]] TextModelOptions model_options(uint32_t threads) const;
};

}  // namespace temblor::cli
