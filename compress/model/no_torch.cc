// Stands for model/torch/ in a build without libtorch: models cannot be opened, and say why.
#include "compress/model/sentence_encoder.h"
#include "compress/model/splade_encoder.h"
#include "compress/model/text_classifier.h"
#include "compress/model/token_classifier.h"
#include "data/check.h"

namespace temblor {
namespace {

Status without_torch(const std::string& folder) {
    return Status::unimplemented(
        folder +
        ": this build has no libtorch, which models need: run scripts/setup --models, then "
        "configure and build again");
}

/// Of an object that nobody can have made.
[[noreturn]] void unreachable() {
    check_failed("a model is open in a build without libtorch", __FILE__, __LINE__);
}

}  // namespace

struct SpladeEncoder::Parts {};
struct SentenceEncoder::Parts {};
struct TextClassifier::Parts {};
struct TokenClassifier::Parts {};

SpladeEncoder::~SpladeEncoder() = default;
SentenceEncoder::~SentenceEncoder() = default;
TextClassifier::~TextClassifier() = default;
TokenClassifier::~TokenClassifier() = default;

Result<std::unique_ptr<SpladeEncoder>> SpladeEncoder::open(const std::string& folder,
                                                           const ModelOptions&) {
    return without_torch(folder);
}
Result<std::vector<SparseVector>> SpladeEncoder::encode(std::span<const std::string_view>,
                                                        const SpladeOptions&) const {
    unreachable();
}
Result<std::vector<SparseVector>> SpladeEncoder::encode_tokens(std::span<const TokenSequence>,
                                                               const SpladeOptions&) const {
    unreachable();
}
uint32_t SpladeEncoder::dimensions() const { unreachable(); }

Result<std::unique_ptr<SentenceEncoder>> SentenceEncoder::open(const std::string& folder,
                                                               const ModelOptions&) {
    return without_torch(folder);
}
Result<std::vector<float>> SentenceEncoder::encode(std::span<const std::string_view>,
                                                   const SentenceOptions&) const {
    unreachable();
}
Result<std::vector<float>> SentenceEncoder::encode_tokens(std::span<const TokenSequence>,
                                                          const SentenceOptions&) const {
    unreachable();
}
int64_t SentenceEncoder::dimensions() const { unreachable(); }

Result<std::unique_ptr<TextClassifier>> TextClassifier::open(const std::string& folder,
                                                             const ModelOptions&) {
    return without_torch(folder);
}
Result<std::vector<float>> TextClassifier::score_pairs(std::span<const std::string_view>,
                                                       std::span<const std::string_view>,
                                                       int64_t) const {
    unreachable();
}
Result<std::vector<float>> TextClassifier::score_tokens(std::span<const TokenSequence>) const {
    unreachable();
}
const std::vector<std::string>& TextClassifier::labels() const { unreachable(); }

Result<std::unique_ptr<TokenClassifier>> TokenClassifier::open(const std::string& folder,
                                                               const ModelOptions&) {
    return without_torch(folder);
}
Result<std::vector<TokenScores>> TokenClassifier::score(std::span<const std::string_view>,
                                                        int64_t) const {
    unreachable();
}
Result<std::vector<TokenScores>> TokenClassifier::score_tokens(
    std::span<const TokenSequence>) const {
    unreachable();
}
const std::vector<std::string>& TokenClassifier::labels() const { unreachable(); }

}  // namespace temblor
