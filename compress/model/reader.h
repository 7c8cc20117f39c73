#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compress/model/files/model_config.h"
#include "compress/model/generation.h"
#include "compress/model/kv_cache.h"
#include "compress/model/model_options.h"
#include "compress/model/reader_input.h"
#include "compress/model/tokenizer/tokenizer.h"
#include "data/status.h"

namespace temblor {

class ReaderCore;

/// A language model that reads prompts and answers: Llama 2 and 3, Mistral, Qwen 2 and 3, Phi-3.
/// What it has read is in caches that callers own. Immutable once opened; thread-safe as long as no
/// cache is in two calls at once, but calls share the threads of the process.
class Reader {
public:
    /// Opens the Hugging Face folder of a ...ForCausalLM. Errors name file and field or tensor;
    /// kUnimplemented for other models and in a build without libtorch. The tokenizer may be
    /// absent.
    static Result<std::unique_ptr<Reader>> open(const std::string& folder,
                                                const ModelOptions& options);
    /// A model of that shape with random weights made on the device from `seed`, for measurements.
    static Result<std::unique_ptr<Reader>> random(const ModelConfig& config,
                                                  const ModelOptions& options, uint64_t seed);
    ~Reader();

    /// An empty cache with memory for `rows` rows.
    [[nodiscard]] Result<KvCache> new_cache(int64_t rows = 0) const;

    /// Reads all inputs, packed into chunks of rows, and adds them to their caches. Requests of one
    /// row each are one step. One result a request. After an error the caches are as before.
    /// Errors: kInvalidArgument naming request and field; kResourceExhausted when memory runs out.
    [[nodiscard]] Result<std::vector<ReadResult>> read(std::span<const ReadRequest> requests) const;

    /// Reads the inputs and goes on token by token, all requests that are not finished in one step.
    /// `on_token`, where given, is told of every token as it comes and ends that request when it
    /// returns false. Errors as read().
    using OnToken = std::function<bool(size_t request, uint32_t id)>;
    [[nodiscard]] Result<std::vector<Generation>> generate(
        std::span<const GenerationRequest> requests, const OnToken& on_token = nullptr) const;

    /// The table's rows of `ids`, [ids, hidden]: what ReaderInput::embeddings would be for them.
    [[nodiscard]] Result<std::vector<float>> embeddings(std::span<const uint32_t> ids) const;

    [[nodiscard]] const ModelConfig& config() const;
    /// Null where the folder has none.
    [[nodiscard]] const Tokenizer* tokenizer() const;
    /// The rows that one chunk takes; the default depends on the device. At least 1.
    void set_chunk_rows(int64_t rows);

private:
    explicit Reader(std::unique_ptr<ReaderCore> core);
    std::unique_ptr<ReaderCore> core_;
};

}  // namespace temblor
