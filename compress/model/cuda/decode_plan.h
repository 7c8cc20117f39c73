#pragma once

#include <cstdint>
#include <vector>

namespace temblor {

/// A decoder layer as addresses in the GPU's memory, in the layout of decoder_layer.h. Biases and
/// the norms of queries and keys may be null.
struct DecodeLayerPlan {
    const void* attention_norm = nullptr;
    const void* qkv = nullptr;
    const void* qkv_bias = nullptr;
    const void* query_norm = nullptr;
    const void* key_norm = nullptr;
    const void* output = nullptr;
    const void* output_bias = nullptr;
    const void* mlp_norm = nullptr;
    const void* gate_up = nullptr;
    const void* gate_up_bias = nullptr;
    const void* down = nullptr;
    const void* down_bias = nullptr;
    void* keys = nullptr;    ///< [kv heads, capacity, head size]
    void* values = nullptr;  ///< the same
    int32_t window = 0;      ///< 0: none
};

enum class DecodeType : int32_t { kBF16, kF16 };

/// A whole decoder and one cache. What is pointed to must outlive what is made of it.
struct DecodePlan {
    DecodeType type = DecodeType::kBF16;
    int32_t device = 0;
    int32_t hidden = 0;
    int32_t intermediate = 0;
    int32_t heads = 0;
    int32_t kv_heads = 0;
    int32_t head_size = 0;
    int32_t rotated = 0;
    int32_t vocabulary = 0;
    int32_t capacity = 0;
    float epsilon = 0;
    float rope_scale = 1;
    const float* frequencies = nullptr;  ///< [rotated / 2]
    const void* table = nullptr;
    const void* norm = nullptr;
    const void* head = nullptr;
    std::vector<DecodeLayerPlan> layers;
};

/// One token after another through a decoder at the rate of memory, as one CUDA graph of few
/// kernels: five a layer. Not thread-safe. Positions go up by one from row to row.
class DecodeSteps {
public:
    virtual ~DecodeSteps() = default;
    /// Reads `token` at `position` behind `length` rows of the cache, whose new row it writes, and
    /// waits. `best` is the token with the highest score, of equal ones the smallest; `logits`,
    /// unless null, gets the scores [vocabulary]. Null, or what went wrong, which is the last call.
    virtual const char* step(int32_t token, int32_t position, int32_t length, int32_t& best,
                             float* logits) = 0;
};

/// Whether shapes and types are those that the kernels are made for.
inline bool decode_steps_take(const DecodePlan& plan) {
    const int32_t group = plan.kv_heads == 0 ? 0 : plan.heads / plan.kv_heads;
    return group >= 1 && group <= 8 &&
           (plan.head_size == 64 || plan.head_size == 96 || plan.head_size == 128) &&
           plan.hidden % 8 == 0 && plan.intermediate % 8 == 0 && plan.capacity > 0;
}

}  // namespace temblor

/// The one function of the module temblor_cuda: null and a message when it cannot. The caller
/// deletes what it gets.
using TemblorMakeDecodeSteps = temblor::DecodeSteps*(const temblor::DecodePlan& plan,
                                                     const char** error);
extern "C" temblor::DecodeSteps* temblor_make_decode_steps(const temblor::DecodePlan& plan,
                                                           const char** error);
