#include "server/served_models.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>

#include "compress/model/tokenizer/tokenizer.h"
#include "server/encoding_gate.h"

namespace temblor {
namespace {

constexpr size_t kSliceTexts = 16;
/// Requests of so many texts or fewer are queries.
constexpr size_t kQueryTexts = 4;

using Cancelled = std::function<bool()>;

/// Calls `encode` for slices of `count` texts, from and to, each in a turn of its own.
template <typename Encode>
Status in_slices(EncodingGate& gate, size_t count, const Cancelled& cancelled, Encode encode) {
    const auto urgency =
        count <= kQueryTexts ? EncodingGate::Urgency::kQuery : EncodingGate::Urgency::kBulk;
    for (size_t from = 0; from < count; from += kSliceTexts) {
        if (cancelled()) return Status::cancelled("nobody waits for the answer");
        Result<EncodingGate::Pass> pass = gate.enter(urgency, cancelled);
        if (!pass.is_ok()) return std::move(pass).status();
        TEMBLOR_RETURN_IF_ERROR(encode(from, std::min(count, from + kSliceTexts)));
    }
    return Status::ok();
}

class ServedEmbedder final : public Embedder {
public:
    ServedEmbedder(std::shared_ptr<const DenseTextModel> model,
                   std::unique_ptr<const Tokenizer> tokenizer, std::shared_ptr<EncodingGate> gate)
        : model_(std::move(model)), tokenizer_(std::move(tokenizer)), gate_(std::move(gate)) {}

    [[nodiscard]] uint32_t size() const override { return model_->size(); }

    [[nodiscard]] Result<Embedded> embed(std::span<const std::string> texts,
                                         const Cancelled& cancelled) const override {
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        Embedded made;
        TEMBLOR_RETURN_IF_ERROR(
            in_slices(*gate_, texts.size(), cancelled, [&](size_t from, size_t to) -> Status {
                const auto slice = std::span(views).subspan(from, to - from);
                Result<std::vector<float>> rows = model_->encode(slice);
                if (!rows.is_ok()) return std::move(rows).status();
                for (size_t i = 0; i < slice.size(); ++i) {
                    const auto row = std::span(*rows).subspan(i * size(), size());
                    made.vectors.emplace_back(row.begin(), row.end());
                }
                return count_tokens(slice, made.tokens);
            }));
        return made;
    }

private:
    Status count_tokens(std::span<const std::string_view> texts, uint64_t& tokens) const {
        EncodeOptions options;
        options.special_in_text = false;
        options.max_length = model_->identity().max_tokens;
        for (const std::string_view text : texts) {
            TEMBLOR_ASSIGN_OR_RETURN(const Encoding encoding, tokenizer_->encode(text, options));
            tokens += encoding.size();
        }
        return Status::ok();
    }

    std::shared_ptr<const DenseTextModel> model_;
    std::unique_ptr<const Tokenizer> tokenizer_;
    std::shared_ptr<EncodingGate> gate_;
};

class ServedSparseEmbedder final : public SparseEmbedder {
public:
    ServedSparseEmbedder(std::shared_ptr<const SparseTextModel> model,
                         std::shared_ptr<EncodingGate> gate)
        : model_(std::move(model)), gate_(std::move(gate)) {}

    [[nodiscard]] const Vocabulary& vocabulary() const override { return model_->vocabulary(); }

    [[nodiscard]] Result<std::vector<SparseVector>> embed(
        std::span<const std::string> texts, const Cancelled& cancelled) const override {
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        std::vector<SparseVector> made;
        TEMBLOR_RETURN_IF_ERROR(
            in_slices(*gate_, texts.size(), cancelled, [&](size_t from, size_t to) -> Status {
                Result<std::vector<SparseVector>> rows =
                    model_->encode_documents(std::span(views).subspan(from, to - from));
                if (!rows.is_ok()) return std::move(rows).status();
                std::move(rows->begin(), rows->end(), std::back_inserter(made));
                return Status::ok();
            }));
        return made;
    }

private:
    std::shared_ptr<const SparseTextModel> model_;
    std::shared_ptr<EncodingGate> gate_;
};

class ServedReranker final : public Reranker {
public:
    ServedReranker(std::shared_ptr<const PairScoreModel> model, std::shared_ptr<EncodingGate> gate)
        : model_(std::move(model)), gate_(std::move(gate)) {}

    [[nodiscard]] Result<std::vector<float>> score(std::string_view query,
                                                   std::span<const std::string> documents,
                                                   const Cancelled& cancelled) const override {
        const std::vector<std::string_view> views(documents.begin(), documents.end());
        std::vector<float> scores;
        TEMBLOR_RETURN_IF_ERROR(
            in_slices(*gate_, views.size(), cancelled, [&](size_t from, size_t to) -> Status {
                Result<std::vector<float>> raw =
                    model_->score(query, std::span(views).subspan(from, to - from));
                if (!raw.is_ok()) return std::move(raw).status();
                for (const float score : *raw) scores.push_back(1 / (1 + std::exp(-score)));
                return Status::ok();
            }));
        return scores;
    }

private:
    std::shared_ptr<const PairScoreModel> model_;
    std::shared_ptr<EncodingGate> gate_;
};

Status add_served_model(const std::string& name, const std::string& folder,
                        const TextModelOptions& options, const std::shared_ptr<EncodingGate>& gate,
                        Encoders& encoders) {
    TEMBLOR_ASSIGN_OR_RETURN(const TextModelKind kind, text_model_kind(folder));
    if (kind == TextModelKind::kSparse) {
        TEMBLOR_ASSIGN_OR_RETURN(auto model, open_sparse_text_model(folder, options));
        return encoders.add(name, std::make_shared<ServedSparseEmbedder>(std::move(model), gate));
    }
    if (kind == TextModelKind::kDense) {
        TEMBLOR_ASSIGN_OR_RETURN(auto model, open_dense_text_model(folder, options));
        TEMBLOR_ASSIGN_OR_RETURN(auto tokenizer, Tokenizer::open(folder));
        return encoders.add(
            name, std::make_shared<ServedEmbedder>(std::move(model), std::move(tokenizer), gate));
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto model, open_pair_score_model(folder, options));
    return encoders.add(name, std::make_shared<ServedReranker>(std::move(model), gate));
}

}  // namespace

Status add_served_models(const std::vector<std::pair<std::string, std::string>>& folders,
                         const TextModelOptions& options, Encoders& encoders) {
    const auto gate = std::make_shared<EncodingGate>();
    for (const auto& [name, folder] : folders) {
        TEMBLOR_RETURN_IF_ERROR(add_served_model(name, folder, options, gate, encoders)
                                    .with_context("model \"" + name + "\""));
    }
    return Status::ok();
}

}  // namespace temblor
