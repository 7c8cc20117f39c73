#include <ATen/Context.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "compress/model/files/safetensors.h"
#include "compress/model/torch/device.h"
#include "compress/model/torch/reader_core.h"
#include "compress/model/torch/torch_errors.h"
#include "compress/model/torch/weight_loader.h"

namespace temblor {
namespace {

constexpr int64_t kCpuChunkRows = 512;
constexpr int64_t kDeviceChunkRows = 8192;

Status check_reader_config(const ModelConfig& config) {
    if (is_encoder(config.architecture)) {
        return Status::unimplemented(fmt::format("{}: \"model_type\": expected a decoder, found {}",
                                                 config.path,
                                                 architecture_name(config.architecture)));
    }
    if (config.head != ModelHead::kCausalLm) {
        return Status::unimplemented(
            fmt::format("{}: \"architectures\": expected ...ForCausalLM", config.path));
    }
    return Status::ok();
}

}  // namespace

Result<std::unique_ptr<ReaderCore>> ReaderCore::open(const std::string& folder,
                                                     const ModelOptions& options) {
    using Opened = Result<std::unique_ptr<ReaderCore>>;
    return catch_torch(folder, [&]() -> Opened {
        const c10::InferenceMode guard;
        auto core = std::make_unique<ReaderCore>();
        Result<ModelConfig> config = ModelConfig::read(folder);
        if (!config.is_ok()) return std::move(config).status();
        TEMBLOR_RETURN_IF_ERROR(check_reader_config(config.value()));
        Result<std::unique_ptr<const Tokenizer>> tokenizer = Tokenizer::open(folder);
        if (tokenizer.is_ok()) {
            core->tokenizer_ = std::move(tokenizer).value();
            if (core->tokenizer_->vocabulary_size() > config->vocabulary) {
                return Status::corruption(fmt::format(
                    "{}: the tokenizer has ids up to {}, but \"vocab_size\" of {} is {}", folder,
                    core->tokenizer_->vocabulary_size() - 1, config->path, config->vocabulary));
            }
        } else if (tokenizer.status().code() != StatusCode::kNotFound) {
            return std::move(tokenizer).status();
        }
        Result<SafeTensors> files = SafeTensors::open(folder);
        if (!files.is_ok()) return std::move(files).status();
        Result<at::Device> device = choose_device(options);
        if (!device.is_ok()) return std::move(device).status();
        core->device_ = device.value();
        Result<at::ScalarType> type = choose_scalar_type(options, core->device_);
        if (!type.is_ok()) return std::move(type).status();
        core->type_ = type.value();
        core->chunk_rows_ = core->device_.is_cpu() ? kCpuChunkRows : kDeviceChunkRows;
        apply_threads(options);
        WeightLoader loader(files.value(), core->device_, core->type_);
        const std::string prefix = loader.has("model.norm.weight") ? "model." : "";
        core->torso_ = DecoderTorso::load(
            [&](std::string_view name, at::IntArrayRef shape) { return loader.load(name, shape); },
            config.value(), core->device_, prefix, /*head=*/true,
            options.precision == Precision::kInt8);
        TEMBLOR_RETURN_IF_ERROR(loader.status());
        return core;
    });
}

Result<std::unique_ptr<ReaderCore>> ReaderCore::random(const ModelConfig& config,
                                                       const ModelOptions& options, uint64_t seed) {
    using Made = Result<std::unique_ptr<ReaderCore>>;
    return catch_torch("random model", [&]() -> Made {
        const c10::InferenceMode guard;
        auto core = std::make_unique<ReaderCore>();
        TEMBLOR_RETURN_IF_ERROR(check_reader_config(config));
        Result<at::Device> device = choose_device(options);
        if (!device.is_ok()) return std::move(device).status();
        core->device_ = device.value();
        Result<at::ScalarType> type = choose_scalar_type(options, core->device_);
        if (!type.is_ok()) return std::move(type).status();
        core->type_ = type.value();
        core->chunk_rows_ = core->device_.is_cpu() ? kCpuChunkRows : kDeviceChunkRows;
        apply_threads(options);
        at::Generator generator = at::globalContext().defaultGenerator(core->device_);
        generator.set_current_seed(seed);
        const auto take = [&](std::string_view, at::IntArrayRef shape) {
            at::Tensor weight =
                at::empty(shape, at::TensorOptions(core->device_).dtype(core->type_));
            return shape.size() == 1 ? weight.fill_(1) : weight.normal_(0, 0.02);
        };
        core->torso_ = DecoderTorso::load(take, config, core->device_, "model.", /*head=*/true,
                                          options.precision == Precision::kInt8);
        return core;
    });
}

}  // namespace temblor
