#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compress/model/generation.h"
#include "compress/model/model_options.h"
#include "compress/model/reader_input.h"
#include "compress/model/tokenizer/tokenizer.h"
#include "compress/model/torch/decoder_torso.h"
#include "compress/model/torch/kv_store.h"
#include "compress/model/torch/step_plan.h"
#include "data/status.h"

namespace temblor {

/// Positions lie below: past it float32 angles say nothing any more.
inline constexpr int64_t kMostReaderPosition = int64_t{1} << 27;

/// What a Reader is made of: weights, and how rows run through them. Immutable once made.
class ReaderCore {
public:
    static Result<std::unique_ptr<ReaderCore>> open(const std::string& folder,
                                                    const ModelOptions& options);
    static Result<std::unique_ptr<ReaderCore>> random(const ModelConfig& config,
                                                      const ModelOptions& options, uint64_t seed);

    [[nodiscard]] const ModelConfig& config() const { return torso_.config(); }
    [[nodiscard]] const DecoderTorso& torso() const { return torso_; }
    [[nodiscard]] at::Device device() const { return device_; }
    [[nodiscard]] at::ScalarType type() const { return type_; }
    [[nodiscard]] const Tokenizer* tokenizer() const { return tokenizer_.get(); }
    [[nodiscard]] int64_t chunk_rows() const { return chunk_rows_; }
    void set_chunk_rows(int64_t rows) { chunk_rows_ = rows; }

    /// Names the request and field that is wrong.
    [[nodiscard]] Status check(std::span<const ReadRequest> requests) const;

    /// Runs checked requests in steps of at most chunk_rows() rows and calls `use` after each with
    /// its pieces and the rows [step's rows, hidden] they gave, piece after piece. When it throws
    /// the caches are as before. Needs inference mode.
    using UseStep = std::function<void(std::span<const StepPiece>, const at::Tensor& hidden)>;
    void run(std::span<const ReadRequest> requests, const UseStep& use) const;

private:
    [[nodiscard]] Status check_one(const ReadRequest& request) const;
    [[nodiscard]] at::Tensor step_input(std::span<const ReadRequest> requests,
                                        std::span<const StepPiece> step) const;
    [[nodiscard]] at::Tensor run_step(std::span<const ReadRequest> requests,
                                      std::span<const StepPiece> step,
                                      std::span<const std::vector<int64_t>> positions) const;

    DecoderTorso torso_;
    at::Device device_ = at::kCPU;
    at::ScalarType type_ = at::kFloat;
    std::unique_ptr<const Tokenizer> tokenizer_;
    int64_t chunk_rows_ = 512;
};

}  // namespace temblor
