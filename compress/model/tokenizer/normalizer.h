#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compress/model/tokenizer/aligned_text.h"
#include "compress/model/tokenizer/normal_form.h"
#include "compress/model/tokenizer/text_pattern.h"
#include "data/status.h"

namespace temblor {

/// A step that rewrites text before it is cut. Immutable and thread-safe.
class TextNormalizer {
public:
    virtual ~TextNormalizer() = default;
    /// O(bytes), normal forms O(n log n) in the marks of one character. Errors: kResourceExhausted
    /// past kMaxNormalizedBytes.
    virtual Status apply(AlignedText& text) const = 0;
};

struct BertNormalizerOptions {
    bool clean_text = true;
    bool handle_chinese_chars = true;
    bool strip_accents = true;
    bool lowercase = true;
};

/// Control characters out, blanks to spaces, ideographs between spaces, accents and case away; in
/// one pass.
class BertNormalizer final : public TextNormalizer {
public:
    explicit BertNormalizer(BertNormalizerOptions options) : options_(options) {}
    Status apply(AlignedText& text) const override;

private:
    BertNormalizerOptions options_;
};

class UnicodeFormNormalizer final : public TextNormalizer {
public:
    explicit UnicodeFormNormalizer(NormalForm form) : form_(form) {}
    Status apply(AlignedText& text) const override { return normalize(form_, text); }

private:
    NormalForm form_;
};

/// Each character by itself: no final sigma.
class LowercaseNormalizer final : public TextNormalizer {
public:
    Status apply(AlignedText& text) const override;
};

class StripAccentsNormalizer final : public TextNormalizer {
public:
    Status apply(AlignedText& text) const override;
};

/// White space off the ends.
class StripNormalizer final : public TextNormalizer {
public:
    StripNormalizer(bool left, bool right) : left_(left), right_(right) {}
    Status apply(AlignedText& text) const override;

private:
    bool left_;
    bool right_;
};

/// `prefix` before a text that is not empty; it shares the origin of the first character.
class PrependNormalizer final : public TextNormalizer {
public:
    explicit PrependNormalizer(std::string prefix) : prefix_(std::move(prefix)) {}
    Status apply(AlignedText& text) const override;

private:
    std::string prefix_;
};

/// `content` for each match.
class ReplaceNormalizer final : public TextNormalizer {
public:
    ReplaceNormalizer(std::unique_ptr<TextPattern> pattern, std::string content)
        : pattern_(std::move(pattern)), content_(std::move(content)) {}
    Status apply(AlignedText& text) const override;

private:
    std::unique_ptr<TextPattern> pattern_;
    std::string content_;
};

/// The control characters and blanks of SentencePiece's "nmt" rules.
class NmtNormalizer final : public TextNormalizer {
public:
    Status apply(AlignedText& text) const override;
};

class NormalizerSequence final : public TextNormalizer {
public:
    explicit NormalizerSequence(std::vector<std::unique_ptr<TextNormalizer>> steps)
        : steps_(std::move(steps)) {}
    Status apply(AlignedText& text) const override;

private:
    std::vector<std::unique_ptr<TextNormalizer>> steps_;
};

/// `prefix` before `text`, with the origin of the first character; nothing for an empty text.
void prepend(AlignedText& text, std::string_view prefix);

/// kResourceExhausted for a text that normalisation has made too long.
Status check_normalized_size(size_t bytes);

}  // namespace temblor
