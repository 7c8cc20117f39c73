#include "compress/model/torch/device_decode.h"

#include <algorithm>
#include <string>

#include <c10/util/Exception.h>
#include <dlfcn.h>

#include "compress/model/files/rope_frequencies.h"
#include "compress/model/program_module.h"

namespace temblor {
namespace {

TemblorMakeDecodeSteps* open_module() {
    const std::string path = program_module_path("temblor_cuda", "TEMBLOR_CUDA_MODULE");
    if (path.empty()) return nullptr;
    void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) return nullptr;
    return reinterpret_cast<TemblorMakeDecodeSteps*>(::dlsym(module, "temblor_make_decode_steps"));
}

TemblorMakeDecodeSteps* module_function() {
    static TemblorMakeDecodeSteps* const made = open_module();
    return made;
}

const void* address(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.data_ptr() : nullptr;
}

/// Whether the model is one that the kernels can be asked about.
bool kernels_compute(const ModelConfig& config, const KvStore& cache, int64_t rows) {
    const int64_t length = cache.next_position() + 1;
    const std::vector<int64_t>& positions = cache.positions();
    const bool consecutive = std::ranges::adjacent_find(positions, [](int64_t a, int64_t b) {
                                 return b != a + 1;
                             }) == positions.end();
    return config.activation == Activation::kSilu && consecutive &&
           same_rope_frequencies(config, length, length + rows) &&
           cache.length() + rows < (int64_t{1} << 24) && config.intermediate < (1 << 24);
}

DecodeLayerPlan layer_plan(const DecoderLayer& layer) {
    DecodeLayerPlan plan;
    plan.attention_norm = address(layer.attention_norm().weight());
    plan.qkv = address(layer.qkv().weight());
    plan.qkv_bias = address(layer.qkv().bias());
    plan.query_norm = address(layer.query_norm().weight());
    plan.key_norm = address(layer.key_norm().weight());
    plan.output = address(layer.output().weight());
    plan.output_bias = address(layer.output().bias());
    plan.mlp_norm = address(layer.mlp_norm().weight());
    plan.gate_up = address(layer.gate_up().weight());
    plan.gate_up_bias = address(layer.gate_up().bias());
    plan.down = address(layer.down().weight());
    plan.down_bias = address(layer.down().bias());
    return plan;
}

DecodePlan decode_plan(const DecoderTorso& torso, const KvStore& cache) {
    const ModelConfig& config = torso.config();
    DecodePlan plan;
    plan.type = torso.table().scalar_type() == at::kHalf ? DecodeType::kF16 : DecodeType::kBF16;
    plan.device = static_cast<uint8_t>(cache.device().index());
    plan.hidden = static_cast<int32_t>(config.hidden);
    plan.intermediate = static_cast<int32_t>(config.intermediate);
    plan.heads = static_cast<int32_t>(config.heads);
    plan.kv_heads = static_cast<int32_t>(config.kv_heads);
    plan.head_size = static_cast<int32_t>(config.head_size);
    plan.rotated = static_cast<int32_t>(config.rotated);
    plan.vocabulary = static_cast<int32_t>(config.vocabulary);
    plan.capacity = static_cast<int32_t>(cache.capacity());
    plan.epsilon = static_cast<float>(config.norm_epsilon);
    plan.table = address(torso.table());
    plan.norm = address(torso.norm().weight());
    plan.head = address(torso.head().weight());
    for (int64_t i = 0; i < config.layers; ++i) {
        plan.layers.push_back(layer_plan(torso.layers()[static_cast<size_t>(i)]));
        plan.layers.back().keys = cache.keys(i).data_ptr();
        plan.layers.back().values = cache.values(i).data_ptr();
        if (config.sliding[static_cast<size_t>(i)] != 0) {
            plan.layers.back().window = static_cast<int32_t>(config.sliding_window);
        }
    }
    return plan;
}

}  // namespace

std::unique_ptr<DeviceDecode> DeviceDecode::make(const DecoderTorso& torso, KvStore& cache,
                                                 int64_t rows) {
    const at::ScalarType type = torso.table().scalar_type();
    if (torso.head().scales().defined()) return nullptr;  // the kernels read no int8
    if (!cache.device().is_cuda() || (type != at::kBFloat16 && type != at::kHalf)) return nullptr;
    if (!kernels_compute(torso.config(), cache, rows) || module_function() == nullptr) {
        return nullptr;
    }
    cache.reserve(cache.length() + rows);
    DecodePlan plan = decode_plan(torso, cache);
    if (!decode_steps_take(plan)) return nullptr;
    std::unique_ptr<DeviceDecode> decode(new DeviceDecode());
    const RopeTable::Frequencies frequencies = torso.rope().frequencies(cache.next_position() + 1);
    decode->cache_ = &cache;
    decode->frequencies_ = frequencies.values;
    plan.frequencies = frequencies.values.data_ptr<float>();
    plan.rope_scale = static_cast<float>(frequencies.scale);
    const char* error = nullptr;
    decode->steps_.reset(module_function()(plan, &error));
    return decode->steps_ == nullptr ? nullptr : std::move(decode);
}

uint32_t DeviceDecode::step(uint32_t token, std::span<float> logits) {
    const int64_t position = cache_->next_position();
    const int64_t length = cache_->length();
    TORCH_CHECK(length < cache_->capacity(), "the cache has no room for another row");
    int32_t best = 0;
    const char* error =
        steps_->step(static_cast<int32_t>(token), static_cast<int32_t>(position),
                     static_cast<int32_t>(length), best, logits.empty() ? nullptr : logits.data());
    TORCH_CHECK(error == nullptr, error == nullptr ? "" : error);
    cache_->count({&position, 1});
    return static_cast<uint32_t>(best);
}

}  // namespace temblor
