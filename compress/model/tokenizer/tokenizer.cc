#include "compress/model/tokenizer/tokenizer.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "compress/model/tokenizer/pipeline_tokenizer.h"
#include "compress/model/tokenizer/sentencepiece_tokenizer.h"
#include "compress/model/tokenizer/vocabulary_files.h"
#include "data/text/small_file.h"

namespace temblor {
namespace {

using OpenedTokenizer = Result<std::unique_ptr<const Tokenizer>>;

OpenedTokenizer pipeline_of(Result<TokenizerParts> parts, const TokenizerConfig& config) {
    if (!parts.is_ok()) return std::move(parts).status();
    return std::unique_ptr<const Tokenizer>(
        std::make_unique<PipelineTokenizer>(std::move(parts).value(), config));
}

OpenedTokenizer open_json(const std::string& path, const TokenizerConfig& config) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string content, read_small_file(path));
    auto opened = pipeline_of(read_tokenizer_json(content), config);
    if (!opened.is_ok()) return std::move(opened).status().with_context(path);
    return opened;
}

OpenedTokenizer open_sentencepiece(const std::string& path, const TokenizerConfig& config) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string content, read_small_file(path));
    auto opened = make_sentencepiece_tokenizer(content, config);
    if (!opened.is_ok()) return std::move(opened).status().with_context(path);
    return opened;
}

OpenedTokenizer open_gpt2(const std::string& folder, const TokenizerConfig& config) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string vocabulary, read_small_file(folder + "/vocab.json"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string merges, read_small_file(folder + "/merges.txt"));
    auto opened = pipeline_of(read_gpt2_files(vocabulary, merges, config), config);
    if (!opened.is_ok()) return std::move(opened).status().with_context(folder);
    return opened;
}

OpenedTokenizer open_bert_vocabulary(const std::string& path, const TokenizerConfig& config) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string content, read_small_file(path));
    auto opened = pipeline_of(read_bert_vocabulary(content, config), config);
    if (!opened.is_ok()) return std::move(opened).status().with_context(path);
    return opened;
}

}  // namespace

OpenedTokenizer Tokenizer::open(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code code;
    const bool is_folder = fs::is_directory(path, code);
    if (!is_folder && !fs::exists(path, code)) {
        return Status::not_found(fmt::format("{}: no such file or folder", path));
    }
    const fs::path place(path);
    const std::string parent = place.has_parent_path() ? place.parent_path().string() : ".";
    const std::string folder = is_folder ? path : parent;
    TEMBLOR_ASSIGN_OR_RETURN(const TokenizerConfig config, read_tokenizer_config(folder));
    const std::string name = is_folder ? std::string() : place.filename().string();
    const auto is_there = [&](std::string_view file) {
        return is_folder ? fs::exists(place / file, code) : name == file;
    };
    const auto path_of = [&](std::string_view file) {
        return is_folder ? (place / file).string() : path;
    };
    if (is_there("tokenizer.json")) return open_json(path_of("tokenizer.json"), config);
    if (is_there("tokenizer.model")) return open_sentencepiece(path_of("tokenizer.model"), config);
    if (is_there("vocab.json") || is_there("merges.txt")) return open_gpt2(folder, config);
    if (is_there("vocab.txt")) return open_bert_vocabulary(path_of("vocab.txt"), config);
    // A file under another name is told by its end.
    if (name.ends_with(".json")) return open_json(path, config);
    if (name.ends_with(".model")) return open_sentencepiece(path, config);
    if (name.ends_with(".txt")) return open_bert_vocabulary(path, config);
    return Status::not_found(fmt::format(
        "{}: expected tokenizer.json, tokenizer.model, vocab.json with merges.txt, or vocab.txt",
        path));
}

}  // namespace temblor
