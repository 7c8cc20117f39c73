#include <algorithm>
#include <memory>

#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "compress/model/reader.h"
#include "compress/model/sampler.h"
#include "compress/model/torch/device.h"
#include "compress/model/torch/device_decode.h"
#include "compress/model/torch/reader_core.h"
#include "compress/model/torch/torch_errors.h"
#include "compress/model/torch/written_answer.h"

namespace temblor {
namespace {

Status check_generation(const GenerationOptions& options, const Tokenizer* tokenizer) {
    if (options.max_tokens < 0) return Status::invalid_argument("max_tokens: expected 0 or more");
    if (!(options.temperature >= 0)) {
        return Status::invalid_argument("temperature: expected 0 or more");
    }
    if (options.top_k < 0) return Status::invalid_argument("top_k: expected 0 or more");
    if (!(options.top_p > 0 && options.top_p <= 1)) {
        return Status::invalid_argument("top_p: expected above 0, at most 1");
    }
    if (!options.stop.empty() && tokenizer == nullptr) {
        return Status::invalid_argument("stop: texts need a tokenizer, which the folder has not");
    }
    if (std::ranges::any_of(options.stop, &std::string::empty)) {
        return Status::invalid_argument("stop: expected texts that are not empty");
    }
    return Status::ok();
}

/// Chooses a token a row of `hidden` and tells it to the row's answer.
void choose_tokens(const ReaderCore& core, const at::Tensor& hidden,
                   std::span<const size_t> requests,
                   std::vector<std::unique_ptr<WrittenAnswer>>& answers) {
    const at::Tensor scores = core.torso().logits(hidden);
    const bool plain = std::ranges::all_of(
        requests, [&](size_t request) { return answers[request]->takes_best(); });
    if (plain) {
        const at::Tensor best = at::argmax(scores, -1).to(at::kCPU);
        for (size_t i = 0; i < requests.size(); ++i) {
            answers[requests[i]]->add(static_cast<uint32_t>(best.data_ptr<int64_t>()[i]));
        }
        return;
    }
    const at::Tensor floats = to_floats(scores);
    const auto width = static_cast<size_t>(floats.size(1));
    for (size_t i = 0; i < requests.size(); ++i) {
        answers[requests[i]]->add_of({floats.data_ptr<float>() + i * width, width});
    }
}

/// The requests that go on, each with the token it got last.
std::vector<ReadRequest> next_requests(std::span<const GenerationRequest> requests,
                                       const std::vector<std::unique_ptr<WrittenAnswer>>& answers,
                                       std::vector<size_t>& going) {
    std::vector<ReadRequest> next;
    going.clear();
    for (size_t i = 0; i < requests.size(); ++i) {
        if (answers[i]->finished()) continue;
        going.push_back(i);
        next.emplace_back();
        next.back().input.ids = {answers[i]->last()};
        next.back().cache = requests[i].cache;
    }
    return next;
}

/// The rest of the only request's answer by the device's own kernels, as far as they go.
void write_on_device(const ReaderCore& core, KvStore& cache, const GenerationOptions& options,
                     WrittenAnswer& answer) {
    // Room for a long answer is not taken before it gets that long.
    constexpr int64_t kMostRows = 1024;
    std::vector<float> scores;
    if (!answer.takes_best()) scores.resize(static_cast<size_t>(core.config().vocabulary));
    int64_t left = options.max_tokens;
    while (!answer.finished()) {
        const int64_t rows = std::min(left, kMostRows);
        const auto decode = DeviceDecode::make(core.torso(), cache, rows);
        if (decode == nullptr) return;
        for (int64_t i = 0; i < rows && !answer.finished(); ++i) {
            const uint32_t best = decode->step(answer.last(), scores);
            if (scores.empty()) {
                answer.add(best);
            } else {
                answer.add_of(scores);
            }
        }
        left -= rows;
    }
}

}  // namespace

Result<std::vector<Generation>> Reader::generate(std::span<const GenerationRequest> requests,
                                                 const OnToken& on_token) const {
    std::vector<ReadRequest> prompts(requests.size());
    for (size_t i = 0; i < requests.size(); ++i) {
        prompts[i].input = requests[i].input;
        prompts[i].cache = requests[i].cache;
        Status status = check_generation(requests[i].options, tokenizer());
        if (!status.is_ok()) return std::move(status).with_context(fmt::format("request {}", i));
    }
    TEMBLOR_RETURN_IF_ERROR(core_->check(prompts));
    return catch_torch("reader", [&]() -> Result<std::vector<Generation>> {
        const c10::InferenceMode guard;
        std::vector<std::unique_ptr<WrittenAnswer>> answers;
        for (size_t i = 0; i < requests.size(); ++i) {
            answers.push_back(
                std::make_unique<WrittenAnswer>(requests[i].options, config(), tokenizer()));
            if (on_token) {
                answers.back()->on_token([&on_token, i](uint32_t id) { return on_token(i, id); });
            }
        }
        std::vector<at::Tensor> last(requests.size());
        core_->run(prompts, [&](std::span<const StepPiece> step, const at::Tensor& hidden) {
            int64_t end = 0;
            for (const StepPiece& piece : step) {
                end += piece.rows;
                if (piece.begin + piece.rows ==
                    static_cast<int64_t>(prompts[piece.request].input.ids.size())) {
                    last[piece.request] = hidden.narrow(0, end - 1, 1).clone();
                }
            }
        });
        std::vector<size_t> going;
        std::vector<at::Tensor> rows;
        for (size_t i = 0; i < requests.size(); ++i) {
            if (answers[i]->finished()) continue;
            going.push_back(i);
            rows.push_back(last[i]);
        }
        if (!going.empty()) choose_tokens(*core_, at::cat(rows, 0), going, answers);
        if (requests.size() == 1) {
            write_on_device(*core_, requests[0].cache->store(), requests[0].options, *answers[0]);
        }
        while (true) {
            const std::vector<ReadRequest> next = next_requests(requests, answers, going);
            if (next.empty()) break;
            core_->run(next, [&](std::span<const StepPiece> step, const at::Tensor& hidden) {
                std::vector<size_t> of_rows;
                for (const StepPiece& piece : step) of_rows.push_back(going[piece.request]);
                choose_tokens(*core_, hidden, of_rows, answers);
            });
        }
        std::vector<Generation> results;
        for (const auto& answer : answers) {
            TEMBLOR_RETURN_IF_ERROR(answer->status());
            results.push_back(answer->take());
        }
        return results;
    });
}

}  // namespace temblor
