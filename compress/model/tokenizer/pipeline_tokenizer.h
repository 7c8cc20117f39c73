#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compress/model/tokenizer/special_token_names.h"
#include "compress/model/tokenizer/tokenizer.h"
#include "compress/model/tokenizer/tokenizer_parts.h"

namespace temblor {

/// A tokenizer of steps: added tokens, normalizer, pre-tokenizer, model, post-processor; back
/// through the decoder.
class PipelineTokenizer final : public Tokenizer {
public:
    PipelineTokenizer(TokenizerParts parts, const TokenizerConfig& config);

    [[nodiscard]] Result<Encoding> encode(std::string_view text,
                                          const EncodeOptions& options) const override;
    [[nodiscard]] Result<Encoding> encode_pair(std::string_view first, std::string_view second,
                                               const EncodeOptions& options) const override;
    [[nodiscard]] Result<std::string> decode(const std::vector<uint32_t>& ids,
                                             bool skip_special) const override;
    [[nodiscard]] uint32_t vocabulary_size() const override { return size_; }
    [[nodiscard]] std::optional<std::string> token(uint32_t id) const override;
    [[nodiscard]] std::optional<uint32_t> find(std::string_view token) const override;
    [[nodiscard]] bool is_special(uint32_t id) const override;
    [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
    [[nodiscard]] size_t added_tokens(bool pair) const override {
        return parts_.post_processor.added(pair);
    }
    [[nodiscard]] std::optional<size_t> max_length() const override { return max_length_; }

private:
    /// One text on its way.
    struct Work {
        const EncodeOptions& options;
        bool first;
        WordCache& cache;
        TokenRun& run;
    };
    class CacheLease;

    Result<TokenRun> encode_run(std::string_view text, const EncodeOptions& options,
                                bool first) const;
    Status encode_original(AlignedText text, Work& work) const;
    Status encode_normalized(AlignedText text, Work& work) const;
    Status encode_words(AlignedText text, Work& work) const;
    void put_added(const AlignedText& text, const AddedTokenMatch& match, Work& work) const;
    [[nodiscard]] bool is_allowed(const AlignedText& text, const AddedTokenMatch& match,
                                  const Work& work) const;

    TokenizerParts parts_;
    SpecialTokens special_;
    std::optional<size_t> max_length_;
    uint32_t size_ = 0;
    std::vector<std::pair<uint8_t, uint8_t>> blanks_;  ///< of tokens, if offsets are trimmed

    mutable std::mutex mutex_;
    mutable std::vector<std::unique_ptr<WordCache>> idle_caches_;  ///< guarded by mutex_
};

}  // namespace temblor
