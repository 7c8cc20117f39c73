#include "compress/model/torch/masked_lm_head.h"

#include <algorithm>
#include <span>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include "compress/model/torch/activation.h"
#include "compress/model/torch/device.h"
#include "compress/model/torch/row_maxima.h"

namespace temblor {
namespace {

struct HeadNames {
    const char* dense;
    const char* norm;
    const char* matrix;
    const char* bias;
    const char* other_bias;  ///< where newer files keep it
};

const HeadNames& head_names(Architecture architecture) {
    static constexpr HeadNames bert = {
        "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
        "cls.predictions.decoder.weight", "cls.predictions.bias", "cls.predictions.decoder.bias"};
    static constexpr HeadNames roberta = {"lm_head.dense", "lm_head.layer_norm",
                                          "lm_head.decoder.weight", "lm_head.bias",
                                          "lm_head.decoder.bias"};
    static constexpr HeadNames distil = {"vocab_transform", "vocab_layer_norm",
                                         "vocab_projector.weight", "vocab_projector.bias",
                                         "vocab_projector.bias"};
    if (architecture == Architecture::kBert) return bert;
    return architecture == Architecture::kDistilBert ? distil : roberta;
}

/// Bytes of a tile: what stays in a core's second-level cache, or fills a GPU.
constexpr int64_t kCpuTileBytes = int64_t{1} << 19;
constexpr int64_t kDeviceTileBytes = int64_t{1} << 27;
/// Tokens of a tile where texts are shorter.
constexpr int64_t kCpuTileTokens = 256;
constexpr int64_t kDeviceTileTokens = 8192;

/// Texts that are screened before it is judged.
constexpr uint64_t kScreenTrial = 16;
/// It is worth while if it leaves less than one word in so many.
constexpr uint64_t kScreenWorth = 4;
/// Blocks of words that a thread screens at a time.
constexpr size_t kScreenChunk = 64;

/// Of the CPU, contiguous float32.
std::span<const float> floats_of(const at::Tensor& tensor) {
    return {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

}  // namespace

MaskedLmHead MaskedLmHead::load(WeightLoader& loader, const ModelConfig& config,
                                const at::Tensor& words) {
    const HeadNames& names = head_names(config.architecture);
    MaskedLmHead head;
    head.dense_ = Linear::load(loader, names.dense, config.hidden, config.hidden, true);
    head.norm_ = LayerNorm::load(loader, names.norm, config.hidden, config.norm_epsilon);
    // RoBERTa's head knows no other function.
    const bool follows = config.architecture == Architecture::kBert ||
                         config.architecture == Architecture::kDistilBert;
    head.activation_ = follows ? config.activation : Activation::kGelu;
    head.words_ = loader.has(names.matrix)
                      ? loader.load(names.matrix, {config.vocabulary, config.hidden})
                      : words;
    head.bias_ =
        loader.load(loader.has(names.bias) ? names.bias : names.other_bias, {config.vocabulary});
    if (!loader.status().is_ok()) return head;
    head.bias_ = head.bias_.to(at::kFloat);
    if (head.bias_.device().is_cpu() && WordScreen::is_fast()) {
        head.screen_ =
            std::make_shared<WordScreen>(floats_of(head.words_.to(at::kFloat).contiguous()),
                                         floats_of(head.bias_), size_t(config.hidden));
        head.use_ = std::make_shared<ScreenUse>();
    }
    return head;
}

at::Tensor MaskedLmHead::transform(const at::Tensor& hidden) const {
    return norm_(activation_ == Activation::kGelu ? dense_.with_gelu(hidden)
                                                  : activate(dense_(hidden), activation_));
}

at::Tensor MaskedLmHead::logits(const at::Tensor& hidden) const {
    return at::matmul(transform(hidden), words_.t()).to(at::kFloat) + bias_;
}

at::Tensor MaskedLmHead::largest_logits(const at::Tensor& hidden, const RaggedBatch& batch) const {
    return screens() ? screened_logits(hidden, batch) : tiled_logits(hidden, batch);
}

bool MaskedLmHead::screens() const {
    if (!screen_) return false;
    const uint64_t words = use_->words;
    return words < kScreenTrial * static_cast<uint64_t>(words_.size(0)) ||
           use_->found * kScreenWorth < words;
}

at::Tensor MaskedLmHead::screened_logits(const at::Tensor& hidden, const RaggedBatch& batch) const {
    const at::Tensor rows = transform(hidden);
    const at::Tensor columns = rows.t();
    const at::Tensor floats = rows.to(at::kFloat).contiguous();
    const auto width = static_cast<size_t>(floats.size(1));
    const int64_t vocabulary = words_.size(0);
    const auto texts = static_cast<int64_t>(batch.lengths.size());
    at::Tensor result = at::zeros({texts, vocabulary}, bias_.options());
    const auto chunks = static_cast<int64_t>((screen_->blocks() + kScreenChunk - 1) / kScreenChunk);
    std::vector<std::vector<uint32_t>> found(static_cast<size_t>(chunks));
    for (int64_t text = 0; text < texts; ++text) {
        const int64_t begin = batch.begins[static_cast<size_t>(text)];
        const int64_t length = batch.lengths[static_cast<size_t>(text)];
        const auto tokens = screen_->round(floats_of(floats).subspan(
            static_cast<size_t>(begin) * width, static_cast<size_t>(length) * width));
        at::parallel_for(0, chunks, 1, [&](int64_t first, int64_t last) {
            for (auto chunk = static_cast<size_t>(first); chunk < static_cast<size_t>(last);
                 ++chunk) {
                found[chunk].clear();
                screen_->find(tokens, chunk * kScreenChunk,
                              std::min((chunk + 1) * kScreenChunk, screen_->blocks()),
                              found[chunk]);
            }
        });
        std::vector<int64_t> ids;
        for (const auto& part : found) ids.insert(ids.end(), part.begin(), part.end());
        use_->words += static_cast<uint64_t>(vocabulary);
        use_->found += ids.size();
        if (ids.empty()) continue;
        const at::Tensor scores = at::mm(words_.index_select(0, to_device(ids, at::kCPU)),
                                         columns.narrow(1, begin, length));
        at::Tensor largest = at::empty({scores.size(0)}, scores.options());
        row_maxima(scores, 0, length, largest);
        const at::Tensor sums = largest.to(at::kFloat);
        const auto* values = sums.data_ptr<float>();
        const auto* bias = bias_.data_ptr<float>();
        auto* out = result.data_ptr<float>() + text * vocabulary;
        for (size_t i = 0; i < ids.size(); ++i) out[ids[i]] = values[i] + bias[ids[i]];
    }
    return result;
}

at::Tensor MaskedLmHead::tiled_logits(const at::Tensor& hidden, const RaggedBatch& batch) const {
    const bool cpu = hidden.device().is_cpu();
    const int64_t most_tokens = cpu ? kCpuTileTokens : kDeviceTileTokens;
    const int64_t most_elements =
        (cpu ? kCpuTileBytes : kDeviceTileBytes) / static_cast<int64_t>(words_.element_size());
    const at::Tensor columns = transform(hidden).t();  // [hidden, tokens]
    const int64_t vocabulary = words_.size(0);
    const auto texts = static_cast<int64_t>(batch.lengths.size());
    at::Tensor result = at::empty({texts, vocabulary}, words_.options());
    at::Tensor scratch;
    for (int64_t first = 0; first < texts;) {
        // Texts that are multiplied together.
        int64_t last = first + 1;
        const int64_t begin = batch.begins[static_cast<size_t>(first)];
        int64_t tokens = batch.lengths[static_cast<size_t>(first)];
        while (last < texts && tokens + batch.lengths[static_cast<size_t>(last)] <= most_tokens) {
            tokens += batch.lengths[static_cast<size_t>(last)];
            ++last;
        }
        const int64_t step = std::clamp<int64_t>(most_elements / tokens, 16, vocabulary);
        const at::Tensor part = columns.narrow(1, begin, tokens);
        for (int64_t word = 0; word < vocabulary; word += step) {
            const int64_t words = std::min(step, vocabulary - word);
            if (!scratch.defined() || scratch.size(0) != words || scratch.size(1) != tokens) {
                scratch = at::empty({words, tokens}, words_.options());
            }
            at::mm_out(scratch, words_.narrow(0, word, words), part);
            for (int64_t text = first; text < last; ++text) {
                const auto place = static_cast<size_t>(text);
                row_maxima(scratch, batch.begins[place] - begin, batch.lengths[place],
                           result.select(0, text).narrow(0, word, words));
            }
        }
        first = last;
    }
    return result.to(at::kFloat).add_(bias_);
}

}  // namespace temblor
