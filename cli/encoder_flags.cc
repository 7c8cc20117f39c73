#include "cli/encoder_flags.h"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

namespace temblor::cli {

void EncoderFlags::add_to(CLI::App& app) {
    const std::string group = "Text";
    CLI::Option* encoder =
        app.add_option("--encoder", kind, "How text becomes vectors: bm25 or inference-free")
            ->check(CLI::IsMember({"bm25", "inference-free"}))
            ->group(group);
    const auto add = [&](const std::string& name, auto& target, const std::string& help) {
        return app.add_option(name, target, help)->needs(encoder)->group(group);
    };
    add("--k1", options.k1, "BM25 term saturation")->capture_default_str();
    add("--b", options.b, "BM25 length normalisation")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    add("--language", options.language, "Snowball stemmer, or none")->capture_default_str();
    app.add_flag("--no-stop-words", no_stop_words, "Keep the language's most common words")
        ->needs(encoder)
        ->group(group);
    add("--wordpiece", options.wordpiece_vocabulary,
        "inference-free: BERT's vocab.txt or tokenizer.json");
    add("--idf", options.idf, "inference-free: idf.json, token to query weight");
}

std::optional<TextEncoderOptions> EncoderFlags::chosen() const {
    if (kind.empty()) return std::nullopt;
    TextEncoderOptions result = options;
    result.kind = kind;
    result.stop_words = !no_stop_words;
    return result;
}

}  // namespace temblor::cli
