#include "compress/model/reader.h"

#include <algorithm>

#include <ATen/ops/gather.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/log_softmax.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "compress/model/torch/device.h"
#include "compress/model/torch/reader_core.h"
#include "compress/model/torch/torch_errors.h"

namespace temblor {
namespace {

/// Rows whose scores are held at once.
constexpr int64_t kScoredRows = 256;

/// Which rows of a step are wanted, and for what.
struct WantedRows {
    std::vector<int64_t> rows;
    std::vector<size_t> requests;
};

void add_logits(const DecoderTorso& torso, const WantedRows& wanted, const at::Tensor& hidden,
                std::vector<ReadResult>& results) {
    for (size_t i = 0; i < wanted.rows.size(); i += kScoredRows) {
        const size_t end = std::min(wanted.rows.size(), i + kScoredRows);
        const std::vector<int64_t> rows(wanted.rows.begin() + static_cast<std::ptrdiff_t>(i),
                                        wanted.rows.begin() + static_cast<std::ptrdiff_t>(end));
        const at::Tensor scores =
            to_floats(torso.logits(at::index_select(hidden, 0, to_device(rows, hidden.device()))));
        const auto* values = scores.data_ptr<float>();
        for (size_t j = i; j < end; ++j) {
            auto& logits = results[wanted.requests[j]].logits;
            logits.insert(logits.end(), values, values + scores.size(1));
            values += scores.size(1);
        }
    }
}

void add_log_probabilities(const DecoderTorso& torso, const WantedRows& wanted,
                           const std::vector<int64_t>& targets, const std::vector<int64_t>& places,
                           const at::Tensor& hidden, std::vector<ReadResult>& results) {
    for (size_t i = 0; i < wanted.rows.size(); i += kScoredRows) {
        const size_t end = std::min(wanted.rows.size(), i + kScoredRows);
        const auto part = [&](const std::vector<int64_t>& all) {
            return to_device({all.begin() + static_cast<std::ptrdiff_t>(i),
                              all.begin() + static_cast<std::ptrdiff_t>(end)},
                             hidden.device());
        };
        const at::Tensor scores = torso.logits(at::index_select(hidden, 0, part(wanted.rows)));
        const at::Tensor chosen = to_floats(
            at::gather(at::log_softmax(scores, -1), 1, part(targets).unsqueeze(1)).squeeze(1));
        const auto* values = chosen.data_ptr<float>();
        for (size_t j = i; j < end; ++j) {
            results[wanted.requests[j]].log_probabilities[static_cast<size_t>(places[j])] =
                *values++;
        }
    }
}

void use_read_step(const DecoderTorso& torso, std::span<const ReadRequest> requests,
                   std::span<const StepPiece> step, const at::Tensor& hidden,
                   std::vector<ReadResult>& results) {
    WantedRows logits;
    WantedRows scored;
    std::vector<int64_t> targets;
    std::vector<int64_t> places;
    int64_t begin = 0;
    for (const StepPiece& piece : step) {
        const ReadRequest& request = requests[piece.request];
        for (const int64_t row : request.logit_rows) {
            if (row < piece.begin || row >= piece.begin + piece.rows) continue;
            logits.rows.push_back(begin + row - piece.begin);
            logits.requests.push_back(piece.request);
        }
        for (int64_t i = 0; !request.targets.empty() && i < piece.rows; ++i) {
            const uint32_t target = request.targets[static_cast<size_t>(piece.begin + i)];
            if (target == kNoTarget) continue;
            scored.rows.push_back(begin + i);
            scored.requests.push_back(piece.request);
            targets.push_back(target);
            places.push_back(piece.begin + i);
        }
        begin += piece.rows;
    }
    add_logits(torso, logits, hidden, results);
    add_log_probabilities(torso, scored, targets, places, hidden, results);
}

}  // namespace

Reader::Reader(std::unique_ptr<ReaderCore> core) : core_(std::move(core)) {}
Reader::~Reader() = default;

Result<std::unique_ptr<Reader>> Reader::open(const std::string& folder,
                                             const ModelOptions& options) {
    Result<std::unique_ptr<ReaderCore>> core = ReaderCore::open(folder, options);
    if (!core.is_ok()) return std::move(core).status();
    return std::unique_ptr<Reader>(new Reader(std::move(core).value()));
}

Result<std::unique_ptr<Reader>> Reader::random(const ModelConfig& config,
                                               const ModelOptions& options, uint64_t seed) {
    Result<std::unique_ptr<ReaderCore>> core = ReaderCore::random(config, options, seed);
    if (!core.is_ok()) return std::move(core).status();
    return std::unique_ptr<Reader>(new Reader(std::move(core).value()));
}

Result<KvCache> Reader::new_cache(int64_t rows) const {
    return catch_torch("cache", [&]() -> Result<KvCache> {
        const c10::InferenceMode guard;
        auto store = std::make_unique<KvStore>(core_->config(), core_->device(), core_->type());
        store->reserve(std::max<int64_t>(rows, 1));
        return KvCache(std::move(store));
    });
}

Result<std::vector<ReadResult>> Reader::read(std::span<const ReadRequest> requests) const {
    TEMBLOR_RETURN_IF_ERROR(core_->check(requests));
    return catch_torch("reader", [&]() -> Result<std::vector<ReadResult>> {
        const c10::InferenceMode guard;
        std::vector<ReadResult> results(requests.size());
        for (size_t i = 0; i < requests.size(); ++i) {
            results[i].log_probabilities.resize(requests[i].targets.size());
        }
        core_->run(requests, [&](std::span<const StepPiece> step, const at::Tensor& hidden) {
            use_read_step(core_->torso(), requests, step, hidden, results);
        });
        return results;
    });
}

Result<std::vector<float>> Reader::embeddings(std::span<const uint32_t> ids) const {
    return catch_torch("reader", [&]() -> Result<std::vector<float>> {
        const c10::InferenceMode guard;
        for (size_t i = 0; i < ids.size(); ++i) {
            if (ids[i] >= config().vocabulary) {
                return Status::invalid_argument(fmt::format(
                    "ids[{}]: expected less than {}, found {}", i, config().vocabulary, ids[i]));
            }
        }
        const at::Tensor rows =
            to_floats(core_->torso().embed(to_device({ids.begin(), ids.end()}, core_->device())));
        const auto* values = rows.data_ptr<float>();
        return std::vector<float>(values, values + rows.numel());
    });
}

const ModelConfig& Reader::config() const { return core_->config(); }
const Tokenizer* Reader::tokenizer() const { return core_->tokenizer(); }
void Reader::set_chunk_rows(int64_t rows) { core_->set_chunk_rows(std::max<int64_t>(rows, 1)); }

}  // namespace temblor
