// bench_model SHAPE f32|bf16|f16 [THREADS]: a reader of random weights on the device that
// TEMBLOR_DEVICE names, against what the device can do: decode against its memory's rate, prefill
// against a plain matrix product's. SHAPE is llama-8b, llama-1b, stories-15m or stories-110m.
// Prints one JSON object. On a GPU the memory's rate is that of a copy, read and written; on a CPU
// that of a sum; with THREADS 1 time is the processor's.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "compress/model/reader.h"
#include "compress/model/torch/device.h"

namespace {

using namespace temblor;

/// Whether time is the processor's: on one thread, where others' load should not count.
bool by_processor = false;

double now() {
    if (by_processor) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

double seconds_of(const std::function<void()>& work) {
    const double begin = now();
    work();
    return now() - begin;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Waits for the device.
void wait_for(const at::Tensor& tensor) { (void)tensor.flatten().narrow(0, 0, 1).to(at::kCPU); }

ModelConfig shape_of(std::string_view name) {
    ModelConfig config;
    config.path = std::string(name);
    config.architecture = Architecture::kLlama;
    config.head = ModelHead::kCausalLm;
    config.activation = Activation::kSilu;
    config.norm_epsilon = 1e-5;
    const auto set = [&](int64_t hidden, int64_t inner, int64_t layers, int64_t heads, int64_t kv,
                         int64_t words) {
        config.hidden = hidden;
        config.intermediate = inner;
        config.layers = layers;
        config.heads = heads;
        config.kv_heads = kv;
        config.vocabulary = words;
    };
    config.positions = 8192;
    if (name == "llama-8b") {
        set(4096, 14336, 32, 32, 8, 128256);
        config.rope_theta = 500000;
    } else if (name == "llama-1b") {
        set(2048, 8192, 16, 32, 8, 128256);
        config.tied_embeddings = true;
        config.rope_theta = 500000;
    } else if (name == "stories-15m") {
        set(288, 768, 6, 6, 6, 32000);
        config.tied_embeddings = true;
    } else {
        set(768, 2048, 12, 12, 12, 32000);
        config.tied_embeddings = true;
    }
    config.head_size = config.hidden / config.heads;
    config.rotated = config.head_size;
    config.sliding.assign(static_cast<size_t>(config.layers), 0);
    return config;
}

/// Weights that one token is multiplied with: all but the table that one row is taken of.
double weights_of(const ModelConfig& c) {
    const double layer =
        static_cast<double>(c.hidden) *
        static_cast<double>(c.head_size * (2 * c.heads + 2 * c.kv_heads) + 3 * c.intermediate);
    return layer * static_cast<double>(c.layers) + static_cast<double>(c.hidden * c.vocabulary);
}

/// Bytes a second.
double memory_rate(at::Device device) {
    const bool cpu = device.is_cpu();
    const int64_t count = cpu ? int64_t{1} << 27 : int64_t{1} << 29;
    const at::Tensor from = at::ones({count}, at::TensorOptions(device).dtype(at::kFloat));
    at::Tensor to = cpu ? at::Tensor() : at::ones_like(from);
    std::vector<double> rates;
    for (int round = 0; round < 6; ++round) {
        const int repeats = cpu ? 1 : 10;
        const double seconds = seconds_of([&] {
            for (int i = 0; i < repeats; ++i) {
                if (cpu) {
                    to = from.sum();
                } else {
                    to.copy_(from);
                }
            }
            wait_for(to);
        });
        if (round > 0) rates.push_back((cpu ? 4.0 : 8.0) * double(count) * repeats / seconds);
    }
    return median(rates);
}

/// Operations a second of [n, k] x [k, n].
double product_rate(at::Device device, at::ScalarType type, int64_t rows, int64_t size) {
    const auto options = at::TensorOptions(device).dtype(type);
    const at::Tensor a = at::randn({rows, size}, options);
    const at::Tensor b = at::randn({size, size}, options);
    std::vector<double> rates;
    const int repeats = device.is_cpu() ? 1 : 10;
    for (int round = 0; round < 6; ++round) {
        const double seconds = seconds_of([&] {
            at::Tensor c;
            for (int i = 0; i < repeats; ++i) c = at::mm(a, b.t());
            wait_for(c);
        });
        if (round > 0) {
            rates.push_back(2.0 * double(rows) * double(size) * double(size) * repeats / seconds);
        }
    }
    return median(rates);
}

[[noreturn]] void fail(const Status& status) {
    std::cerr << status.to_string() << "\n";
    std::exit(1);
}

std::vector<uint32_t> some_ids(const ModelConfig& config, int64_t count) {
    std::vector<uint32_t> ids;
    for (int64_t i = 0; i < count; ++i) {
        ids.push_back(static_cast<uint32_t>((i * 7919 + 13) % config.vocabulary));
    }
    return ids;
}

KvCache cache_of(const Reader& reader, int64_t rows) {
    auto cache = reader.new_cache(rows);
    if (!cache.is_ok()) fail(cache.status());
    return std::move(cache).value();
}

struct DecodeFigures {
    double tokens_per_second = 0;
    double largest_difference = 0;  ///< of log-probabilities, step by step and as one input
};

/// Decodes behind a prompt of `past` tokens.
DecodeFigures measure_decode(const Reader& reader, int64_t past, int64_t tokens) {
    DecodeFigures figures;
    KvCache cache = cache_of(reader, past + tokens + 1);
    GenerationRequest request;
    request.input.ids = some_ids(reader.config(), past);
    request.cache = &cache;
    request.options.ignore_end = true;
    std::vector<double> times;
    request.options.max_tokens = tokens;
    std::vector<double> stamps;
    const auto answers = reader.generate({&request, 1}, [&](size_t, uint32_t) {
        stamps.push_back(now());
        return true;
    });
    if (!answers.is_ok()) fail(answers.status());
    for (size_t i = 4; i < stamps.size(); ++i) {
        times.push_back(stamps[i] - stamps[i - 1]);
    }
    figures.tokens_per_second =
        double(times.size()) / std::accumulate(times.begin(), times.end(), 0.0);

    cache.truncate(0);
    request.options.max_tokens = std::min<int64_t>(tokens, 16);
    request.options.log_probabilities = true;
    const auto again = reader.generate({&request, 1});
    if (!again.is_ok()) fail(again.status());
    const Generation& answer = again.value()[0];
    KvCache plain = cache_of(reader, past + tokens + 1);
    ReadRequest whole;
    whole.cache = &plain;
    whole.input.ids = request.input.ids;
    whole.targets.assign(whole.input.ids.size() - 1, kNoTarget);
    for (const uint32_t id : answer.ids) {
        whole.input.ids.push_back(id);
        whole.targets.push_back(id);
    }
    whole.targets.push_back(kNoTarget);
    const auto read = reader.read({&whole, 1});
    if (!read.is_ok()) fail(read.status());
    for (size_t i = 0; i < answer.ids.size(); ++i) {
        const float other = read.value()[0].log_probabilities[request.input.ids.size() - 1 + i];
        figures.largest_difference = std::max<double>(
            figures.largest_difference, std::abs(answer.log_probabilities[i] - other));
    }
    return figures;
}

/// Seconds to read `rows` tokens.
double measure_prefill(const Reader& reader, int64_t rows) {
    std::vector<double> times;
    KvCache cache = cache_of(reader, rows);
    for (int round = 0; round < 4; ++round) {
        cache.truncate(0);
        ReadRequest request;
        request.input.ids = some_ids(reader.config(), rows);
        request.cache = &cache;
        request.logit_rows = {rows - 1};
        const double seconds = seconds_of([&] {
            const auto read = reader.read({&request, 1});
            if (!read.is_ok()) fail(read.status());
        });
        if (round > 0) times.push_back(seconds);
    }
    return median(times);
}

int measure(const std::string& shape, const std::string& precision, int threads) {
    ModelOptions options;
    const auto parsed = parse_precision(precision);
    if (!parsed.is_ok()) fail(parsed.status());
    options.precision = parsed.value();
    options.threads = threads;
    const auto device = choose_device(options);
    if (!device.is_ok()) fail(device.status());
    apply_threads(options);
    const c10::InferenceMode guard;
    by_processor = device.value().is_cpu() && threads == 1;
    const bool cpu = device.value().is_cpu();
    const ModelConfig config = shape_of(shape);
    const auto chosen = choose_scalar_type(options, device.value());
    if (!chosen.is_ok()) fail(chosen.status());
    const at::ScalarType type = chosen.value();
    const double memory = memory_rate(device.value());
    const double products =
        product_rate(device.value(), type, cpu ? 512 : 8192, cpu ? config.hidden : 8192);
    const auto reader = Reader::random(config, options, 1);
    if (!reader.is_ok()) fail(reader.status());
    const double weights = weights_of(config);
    const double bytes = weights * double(c10::elementSize(type));
    std::string out = fmt::format(
        "{{\"shape\": \"{}\", \"precision\": \"{}\", \"device\": \"{}\", \"threads\": {}, "
        "\"memory_gb_per_s\": {:.1f}, \"product_tflop_per_s\": {:.3f}, \"weight_gb\": {:.3f}, "
        "\"decode\": [",
        shape, precision, device.value().str(), at::get_num_threads(), memory / 1e9,
        products / 1e12, bytes / 1e9);
    std::string_view comma;
    for (const int64_t past : {int64_t{16}, cpu ? int64_t{128} : int64_t{2048}}) {
        const DecodeFigures figures = measure_decode(*reader.value(), past, cpu ? 100 : 128);
        const double rate = figures.tokens_per_second;
        out += fmt::format(
            "{}{{\"past\": {}, \"tokens_per_s\": {:.2f}, \"share_of_memory\": {:.3f}, "
            "\"log_probability_difference\": {:.5f}}}",
            comma, past, rate, rate * bytes / memory, figures.largest_difference);
        comma = ", ";
    }
    out += "], \"prefill\": [";
    comma = "";
    for (const int64_t rows :
         {cpu ? int64_t{256} : int64_t{2048}, cpu ? int64_t{512} : int64_t{8192}}) {
        const double seconds = measure_prefill(*reader.value(), rows);
        // Only the last row's scores are asked for. Half of the scores of attention are masked.
        const double used = weights - double(config.hidden * config.vocabulary);
        const double width = double(config.heads * config.head_size * config.layers);
        const double work = 2.0 * used * double(rows) + 2.0 * width * double(rows) * double(rows);
        out += fmt::format(
            "{}{{\"rows\": {}, \"seconds\": {:.4f}, \"tokens_per_s\": {:.0f}, "
            "\"share_of_product\": {:.3f}, \"share_by_weights_alone\": {:.3f}}}",
            comma, rows, seconds, double(rows) / seconds, work / seconds / products,
            2.0 * used * double(rows) / seconds / products);
        comma = ", ";
    }
    std::cout << out << "]}\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc > 4) {
        std::cerr << "bench_model SHAPE f32|bf16|f16 [THREADS]\n";
        return 2;
    }
    try {
        return measure(argv[1], argv[2], argc > 3 ? std::stoi(argv[3]) : 0);
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
