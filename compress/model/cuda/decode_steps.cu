#include <cmath>
#include <memory>

#include <cuda_runtime_api.h>

#include "compress/model/cuda/attention_kernel.cuh"
#include "compress/model/cuda/choice_kernels.cuh"
#include "compress/model/cuda/decode_plan.h"
#include "compress/model/cuda/row_kernels.cuh"

namespace temblor {
namespace {

constexpr int kSplits = 32;

/// Memory of the GPU.
class Buffer {
public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { cudaFree(data_); }
    /// Zeros.
    cudaError_t allocate(size_t bytes) {
        const cudaError_t error = cudaMalloc(&data_, bytes);
        return error == cudaSuccess ? cudaMemset(data_, 0, bytes) : error;
    }
    template <typename T>
    T* as() const {
        return static_cast<T*>(data_);
    }

private:
    void* data_ = nullptr;
};

template <typename T>
class GraphSteps final : public DecodeSteps {
public:
    explicit GraphSteps(const DecodePlan& plan) : plan_(plan) {}
    ~GraphSteps() override {
        if (graph_ != nullptr) cudaGraphExecDestroy(graph_);
        if (stream_ != nullptr) cudaStreamDestroy(stream_);
        cudaFreeHost(host_);
    }

    /// Buffers and the graph.
    cudaError_t make();
    const char* step(int32_t token, int32_t position, int32_t length, int32_t& best,
                     float* logits) override;

private:
    static const T* typed(const void* data) { return static_cast<const T*>(data); }
    void launch();
    /// The next kernel of the graph.
    template <typename... Parameters, typename... Arguments>
    void launch_kernel(void (*kernel)(Parameters...), dim3 blocks, int threads,
                       const Arguments&... arguments) {
        cudaLaunchAttribute attribute{};
        attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
        attribute.val.programmaticStreamSerializationAllowed = 1;
        cudaLaunchConfig_t config{};
        config.gridDim = blocks;
        config.blockDim = dim3(static_cast<unsigned>(threads));
        config.stream = stream_;
        config.attrs = &attribute;
        config.numAttrs = overlaps_ ? 1 : 0;
        cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...);
    }
    void launch_layer(const DecodeLayerPlan& layer);
    void launch_attention(const DecodeLayerPlan& layer);
    template <int kSize>
    void launch_attention_of(const AttentionArguments<T>& arguments);

    DecodePlan plan_;
    cudaStream_t stream_ = nullptr;
    cudaGraphExec_t graph_ = nullptr;
    bool overlaps_ = false;        ///< a kernel may start before the one before it ends
    DecodeState* host_ = nullptr;  ///< page-locked
    Buffer state_;
    Buffer hidden_;
    Buffer qkv_;
    Buffer attended_;
    Buffer inner_;
    Buffer logits_;
    Buffer partial_;
    Buffer done_;
    Buffer share_scores_;
    Buffer share_ids_;
};

template <typename T>
cudaError_t GraphSteps<T>::make() {
    const auto size = [](int64_t count, size_t each) { return static_cast<size_t>(count) * each; };
    const int64_t heads = plan_.heads + 2 * plan_.kv_heads;
    const int64_t parts = int64_t{plan_.heads} * kSplits * (plan_.head_size + 2);
    const cudaError_t errors[] = {
        cudaSetDevice(plan_.device),
        cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking),
        cudaMallocHost(reinterpret_cast<void**>(&host_), sizeof(DecodeState)),
        state_.allocate(sizeof(DecodeState)),
        hidden_.allocate(size(plan_.hidden, sizeof(T))),
        qkv_.allocate(size(heads * plan_.head_size, sizeof(T))),
        attended_.allocate(size(int64_t{plan_.heads} * plan_.head_size, sizeof(T))),
        inner_.allocate(size(plan_.intermediate, sizeof(T))),
        logits_.allocate(size(plan_.vocabulary, sizeof(float))),
        partial_.allocate(size(parts, sizeof(float))),
        done_.allocate(size(plan_.kv_heads, sizeof(unsigned))),
        share_scores_.allocate(kChoiceBlocks * sizeof(float)),
        share_ids_.allocate(kChoiceBlocks * sizeof(int))};
    for (const cudaError_t error : errors) {
        if (error != cudaSuccess) return error;
    }
    int major = 0;
    cudaError_t error =
        cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, plan_.device);
    if (error == cudaSuccess) error = cudaDeviceSynchronize();
    if (error != cudaSuccess) return error;
    overlaps_ = major >= 9;
    error = cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal);
    if (error != cudaSuccess) return error;
    launch();
    const cudaError_t launched = cudaGetLastError();
    cudaGraph_t graph = nullptr;
    error = cudaStreamEndCapture(stream_, &graph);
    if (launched != cudaSuccess) error = launched;
    if (error == cudaSuccess) error = cudaGraphInstantiate(&graph_, graph, 0);
    if (graph != nullptr) cudaGraphDestroy(graph);
    return error;
}

template <typename T>
void GraphSteps<T>::launch() {
    const auto* state = state_.as<DecodeState>();
    launch_kernel(take_row<T>, static_cast<unsigned>((plan_.hidden + 255) / 256), 256,
                  typed(plan_.table), state, plan_.hidden, hidden_.as<T>());
    for (const DecodeLayerPlan& layer : plan_.layers) launch_layer(layer);
    launch_kernel(normed_rows<T, float>, row_blocks(plan_.vocabulary), kRowThreads,
                  typed(plan_.head), nullptr, hidden_.as<T>(), typed(plan_.norm), plan_.epsilon,
                  plan_.vocabulary, plan_.hidden, logits_.as<float>());
    launch_kernel(best_of_shares, kChoiceBlocks, kChoiceThreads, logits_.as<float>(),
                  plan_.vocabulary, share_scores_.as<float>(), share_ids_.as<int>());
    launch_kernel(best_of_all, 1, kChoiceThreads, share_scores_.as<float>(), share_ids_.as<int>(),
                  state_.as<DecodeState>());
}

template <typename T>
void GraphSteps<T>::launch_layer(const DecodeLayerPlan& layer) {
    const int width = plan_.heads * plan_.head_size;
    const int all = (plan_.heads + 2 * plan_.kv_heads) * plan_.head_size;
    launch_kernel(normed_rows<T, T>, row_blocks(all), kRowThreads, typed(layer.qkv),
                  typed(layer.qkv_bias), hidden_.as<T>(), typed(layer.attention_norm),
                  plan_.epsilon, all, plan_.hidden, qkv_.as<T>());
    launch_attention(layer);
    launch_kernel(added_rows<T>, row_blocks(plan_.hidden), kRowThreads, typed(layer.output),
                  typed(layer.output_bias), attended_.as<T>(), plan_.hidden, width,
                  hidden_.as<T>());
    launch_kernel(gated_rows<T>, row_blocks(plan_.intermediate), kRowThreads, typed(layer.gate_up),
                  typed(layer.gate_up_bias), hidden_.as<T>(), typed(layer.mlp_norm), plan_.epsilon,
                  plan_.intermediate, plan_.hidden, inner_.as<T>());
    launch_kernel(added_rows<T>, row_blocks(plan_.hidden), kRowThreads, typed(layer.down),
                  typed(layer.down_bias), inner_.as<T>(), plan_.hidden, plan_.intermediate,
                  hidden_.as<T>());
}

template <typename T>
void GraphSteps<T>::launch_attention(const DecodeLayerPlan& layer) {
    AttentionArguments<T> arguments{};
    arguments.qkv = qkv_.as<T>();
    arguments.query_norm = typed(layer.query_norm);
    arguments.key_norm = typed(layer.key_norm);
    arguments.keys = static_cast<T*>(layer.keys);
    arguments.values = static_cast<T*>(layer.values);
    arguments.out = attended_.as<T>();
    arguments.partial = partial_.as<float>();
    arguments.done = done_.as<unsigned>();
    arguments.state = state_.as<DecodeState>();
    arguments.frequencies = plan_.frequencies;
    arguments.rope_scale = plan_.rope_scale;
    arguments.epsilon = plan_.epsilon;
    arguments.scale = 1.4426950408889634F / std::sqrt(static_cast<float>(plan_.head_size));
    arguments.heads = plan_.heads;
    arguments.kv_heads = plan_.kv_heads;
    arguments.group = plan_.heads / plan_.kv_heads;
    arguments.rotated = plan_.rotated;
    arguments.capacity = plan_.capacity;
    arguments.window = layer.window;
    switch (plan_.head_size) {
        case 64:
            return launch_attention_of<64>(arguments);
        case 96:
            return launch_attention_of<96>(arguments);
        default:
            return launch_attention_of<128>(arguments);
    }
}

template <typename T>
template <int kSize>
void GraphSteps<T>::launch_attention_of(const AttentionArguments<T>& arguments) {
    const dim3 grid(static_cast<unsigned>(arguments.kv_heads), kSplits);
    if (arguments.group == 1) {
        launch_kernel(attend_row<T, kSize, 1>, grid, kAttentionThreads, arguments);
    } else if (arguments.group == 2) {
        launch_kernel(attend_row<T, kSize, 2>, grid, kAttentionThreads, arguments);
    } else if (arguments.group <= 4) {
        launch_kernel(attend_row<T, kSize, 4>, grid, kAttentionThreads, arguments);
    } else {
        launch_kernel(attend_row<T, kSize, 8>, grid, kAttentionThreads, arguments);
    }
}

template <typename T>
const char* GraphSteps<T>::step(int32_t token, int32_t position, int32_t length, int32_t& best,
                                float* logits) {
    *host_ = {token, position, length, 0};
    cudaError_t error = cudaMemcpyAsync(state_.as<void>(), host_, sizeof(DecodeState),
                                        cudaMemcpyHostToDevice, stream_);
    if (error == cudaSuccess) error = cudaGraphLaunch(graph_, stream_);
    if (error == cudaSuccess) {
        error = cudaMemcpyAsync(host_, state_.as<void>(), sizeof(DecodeState),
                                cudaMemcpyDeviceToHost, stream_);
    }
    if (error == cudaSuccess && logits != nullptr) {
        error = cudaMemcpyAsync(logits, logits_.as<void>(),
                                static_cast<size_t>(plan_.vocabulary) * sizeof(float),
                                cudaMemcpyDeviceToHost, stream_);
    }
    if (error == cudaSuccess) error = cudaStreamSynchronize(stream_);
    if (error != cudaSuccess) return cudaGetErrorString(error);
    best = host_->best;
    return nullptr;
}

template <typename T>
DecodeSteps* make_steps(const DecodePlan& plan, const char** error) {
    auto steps = std::make_unique<GraphSteps<T>>(plan);
    const cudaError_t made = steps->make();
    if (made == cudaSuccess) return steps.release();
    *error = cudaGetErrorString(made);
    return nullptr;
}

}  // namespace
}  // namespace temblor

extern "C" temblor::DecodeSteps* temblor_make_decode_steps(const temblor::DecodePlan& plan,
                                                           const char** error) {
    if (!temblor::decode_steps_take(plan)) {
        *error = "no kernels for this shape";
        return nullptr;
    }
    return plan.type == temblor::DecodeType::kBF16 ? temblor::make_steps<__nv_bfloat16>(plan, error)
                                                   : temblor::make_steps<__half>(plan, error);
}
