#pragma once

#include <optional>
#include <string>

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

    void add_to(CLI::App& app);
    /// What the flags say, or nothing without --encoder.
    [[nodiscard]] std::optional<TextEncoderOptions> chosen() const;
};

}  // namespace temblor::cli
