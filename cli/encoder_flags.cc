#include "cli/encoder_flags.h"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

namespace temblor::cli {

void EncoderFlags::add_to(CLI::App& app) {
    const std::string group = "Text";
    CLI::Option* encoder =
        app.add_option("--encoder", kind,
                       "How text becomes vectors: bm25, inference-free, or the Hugging Face folder "
                       "of a model (SPLADE or sentence vectors)")
            ->check(CLI::IsMember({"bm25", "inference-free"}) | CLI::ExistingDirectory)
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
    model.add_to(app, encoder);
    add("--batch", batch, "Model: texts that it is given at once")
        ->check(CLI::Range(1, 65'536))
        ->capture_default_str();
    add("--top-k", top_k, "Model: largest entries that a document keeps [all]");
}

bool EncoderFlags::names_model() const {
    return !kind.empty() && kind != "bm25" && kind != "inference-free";
}

TextModelOptions EncoderFlags::model_options(uint32_t threads) const {
    TextModelOptions result = model.options();
    result.model.threads = static_cast<int>(threads);
    result.top_k = top_k;
    return result;
}

std::optional<TextEncoderOptions> EncoderFlags::chosen() const {
    if (kind.empty() || names_model()) return std::nullopt;
    TextEncoderOptions result = options;
    result.kind = kind;
    result.stop_words = !no_stop_words;
    return result;
}

}  // namespace temblor::cli
