#include "compress/model/torch/reader_core.h"

#include <algorithm>
#include <set>

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include "compress/model/files/rope_frequencies.h"
#include "compress/model/torch/device.h"
#include "compress/model/torch/device_tensor.h"

namespace temblor {
namespace {

int64_t rows_of(const ReadRequest& request) {
    return static_cast<int64_t>(request.input.ids.size());
}

std::vector<int64_t> positions_of(const ReadRequest& request) {
    if (!request.input.positions.empty()) return request.input.positions;
    std::vector<int64_t> positions(request.input.ids.size());
    int64_t next = request.cache->next_position();
    for (int64_t& position : positions) position = next++;
    return positions;
}

/// Tokens of the text as far as RoPE's scalings by length mean it.
int64_t text_length(const ReadRequest& request, const std::vector<int64_t>& positions) {
    return std::max(request.cache->next_position(), *std::ranges::max_element(positions) + 1);
}

}  // namespace

Status ReaderCore::check_one(const ReadRequest& request) const {
    const ReaderInput& input = request.input;
    if (request.cache == nullptr || !request.cache->store().fits(config(), device_, type_)) {
        return Status::invalid_argument("cache: expected one that this reader made");
    }
    if (input.ids.empty()) return Status::invalid_argument("input: expected at least one row");
    size_t embedded = 0;
    for (size_t i = 0; i < input.ids.size(); ++i) {
        if (input.ids[i] == kEmbeddedRow) {
            ++embedded;
        } else if (input.ids[i] >= config().vocabulary) {
            return Status::invalid_argument(fmt::format("ids[{}]: expected less than {}, found {}",
                                                        i, config().vocabulary, input.ids[i]));
        }
    }
    const size_t wanted = embedded * static_cast<size_t>(config().hidden);
    if (input.embeddings.size() != wanted) {
        return Status::invalid_argument(fmt::format("embeddings: expected {} numbers, found {}",
                                                    wanted, input.embeddings.size()));
    }
    if (!input.positions.empty() && (input.positions.size() != input.ids.size() ||
                                     std::ranges::any_of(input.positions, [](int64_t at) {
                                         return at < 0 || at >= kMostReaderPosition;
                                     }))) {
        return Status::invalid_argument(fmt::format("positions: expected {} from 0 to {}",
                                                    input.ids.size(), kMostReaderPosition - 1));
    }
    if (!request.targets.empty() && request.targets.size() != input.ids.size()) {
        return Status::invalid_argument(fmt::format("targets: expected {}, found {}",
                                                    input.ids.size(), request.targets.size()));
    }
    for (const uint32_t target : request.targets) {
        if (target != kNoTarget && target >= config().vocabulary) {
            return Status::invalid_argument(fmt::format("targets: expected less than {}, found {}",
                                                        config().vocabulary, target));
        }
    }
    int64_t before = -1;
    for (const int64_t row : request.logit_rows) {
        if (row <= before || row >= rows_of(request)) {
            return Status::invalid_argument(fmt::format(
                "logit_rows: expected ascending rows below {}, found {}", rows_of(request), row));
        }
        before = row;
    }
    if (request.observer != nullptr && request.observer->window() < 1) {
        return Status::invalid_argument("observer: expected a window of at least 1");
    }
    return Status::ok();
}

Status ReaderCore::check(std::span<const ReadRequest> requests) const {
    std::set<const KvCache*> caches;
    for (size_t i = 0; i < requests.size(); ++i) {
        Status status = check_one(requests[i]);
        if (status.is_ok() && !caches.insert(requests[i].cache).second) {
            status = Status::invalid_argument("cache: is another request's too");
        }
        if (!status.is_ok()) return std::move(status).with_context(fmt::format("request {}", i));
    }
    return Status::ok();
}

at::Tensor ReaderCore::step_input(std::span<const ReadRequest> requests,
                                  std::span<const StepPiece> step) const {
    std::vector<int64_t> ids;
    std::vector<int64_t> places;
    std::vector<float> embedded;
    for (const StepPiece& piece : step) {
        const ReaderInput& input = requests[piece.request].input;
        const auto begin = input.ids.begin() + piece.begin;
        auto used = static_cast<size_t>(std::count(input.ids.begin(), begin, kEmbeddedRow));
        for (int64_t i = 0; i < piece.rows; ++i) {
            const uint32_t id = begin[i];
            if (id == kEmbeddedRow) {
                const auto width = static_cast<size_t>(config().hidden);
                const float* row = input.embeddings.data() + used++ * width;
                embedded.insert(embedded.end(), row, row + width);
                places.push_back(static_cast<int64_t>(ids.size()));
            }
            ids.push_back(id == kEmbeddedRow ? 0 : int64_t{id});
        }
    }
    at::Tensor hidden = torso_.embed(to_device(ids, device_));
    if (!places.empty()) {
        const at::Tensor rows =
            at::from_blob(embedded.data(), {static_cast<int64_t>(places.size()), config().hidden},
                          at::kFloat)
                .to(device_, type_, /*non_blocking=*/false, /*copy=*/true);
        hidden.index_copy_(0, to_device(places, device_), rows);
    }
    return hidden;
}

at::Tensor ReaderCore::run_step(std::span<const ReadRequest> requests,
                                std::span<const StepPiece> step,
                                std::span<const std::vector<int64_t>> positions) const {
    std::vector<DecoderPiece> pieces;
    std::vector<CausalAttention> attentions;
    attentions.reserve(step.size());
    std::vector<int64_t> all;
    std::vector<RopeAngles> turned;
    const bool by_length =
        config().rope.kind == RopeKind::kDynamic || config().rope.kind == RopeKind::kLong;
    for (const StepPiece& piece : step) {
        const std::span<const int64_t> here(positions[piece.request].data() + piece.begin,
                                            static_cast<size_t>(piece.rows));
        attentions.emplace_back(config(), requests[piece.request].cache->store(), here);
        pieces.push_back({static_cast<int64_t>(all.size()), piece.rows, &attentions.back()});
        all.insert(all.end(), here.begin(), here.end());
        if (by_length) {
            turned.push_back(torso_.rope().angles(
                to_device({here.begin(), here.end()}, device_),
                text_length(requests[piece.request], positions[piece.request])));
        }
    }
    RopeAngles angles;
    if (!by_length) {
        angles = torso_.rope().angles(to_device(all, device_), 1);
    } else {
        std::vector<at::Tensor> cosines;
        std::vector<at::Tensor> sines;
        for (const RopeAngles& one : turned) {
            cosines.push_back(one.cosines);
            sines.push_back(one.sines);
        }
        angles = {at::cat(cosines, 0), at::cat(sines, 0)};
    }
    const bool seen = std::ranges::any_of(
        step, [&](const StepPiece& piece) { return requests[piece.request].observer != nullptr; });
    DecoderTorso::SeeLayerQueries see;
    if (seen) {
        see = [&](int64_t layer, const at::Tensor& queries) {
            for (size_t i = 0; i < step.size(); ++i) {
                const ReadRequest& request = requests[step[i].request];
                const int64_t end = step[i].begin + step[i].rows;
                if (request.observer == nullptr || end != rows_of(request)) continue;
                const int64_t rows = std::min(request.observer->window(), step[i].rows);
                const int64_t begin = pieces[i].begin + step[i].rows - rows;
                request.observer->observe(
                    layer, device_rows(queries.narrow(0, begin, rows).transpose(0, 1)),
                    *request.cache);
            }
        };
    }
    return torso_.run(step_input(requests, step), angles, pieces, see);
}

void ReaderCore::run(std::span<const ReadRequest> requests, const UseStep& use) const {
    std::vector<int64_t> lengths;
    std::vector<std::vector<int64_t>> positions;
    for (const ReadRequest& request : requests) {
        lengths.push_back(request.cache->length());
        positions.push_back(positions_of(request));
    }
    try {
        for (const ReadRequest& request : requests) {
            request.cache->store().reserve(request.cache->length() + rows_of(request));
        }
        for (const std::vector<StepPiece>& step : plan_steps(requests, chunk_rows_)) {
            const at::Tensor hidden = run_step(requests, step, positions);
            for (const StepPiece& piece : step) {
                requests[piece.request].cache->store().count(
                    {positions[piece.request].data() + piece.begin,
                     static_cast<size_t>(piece.rows)});
            }
            use(step, hidden);
        }
    } catch (...) {
        for (size_t i = 0; i < requests.size(); ++i) requests[i].cache->truncate(lengths[i]);
        throw;
    }
}

}  // namespace temblor
