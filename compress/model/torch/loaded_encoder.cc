#include "compress/model/torch/loaded_encoder.h"

#include <algorithm>

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "compress/model/torch/device.h"
#include "compress/model/torch/encoder_names.h"
#include "compress/model/torch/torch_errors.h"

namespace temblor {
namespace {

/// Tokens of one batch: on a CPU what caches hold, on a GPU what keeps it busy.
constexpr int64_t kCpuBatchTokens = 1024;
constexpr int64_t kDeviceBatchTokens = 32768;

std::string_view head_class(ModelHead head) {
    switch (head) {
        case ModelHead::kNone:
            return "...Model";
        case ModelHead::kMaskedLm:
            return "...ForMaskedLM";
        case ModelHead::kCausalLm:
            return "...ForCausalLM";
        case ModelHead::kSequence:
            return "...ForSequenceClassification";
        case ModelHead::kToken:
            return "...ForTokenClassification";
    }
    return "";
}

Status check_kind(const ModelConfig& config, ModelHead head) {
    if (!is_encoder(config.architecture)) {
        return Status::unimplemented(
            fmt::format("{}: \"model_type\": expected an encoder, found {}", config.path,
                        architecture_name(config.architecture)));
    }
    if (head != ModelHead::kNone && config.head != head) {
        return Status::unimplemented(fmt::format("{}: \"architectures\": expected {}, found {}",
                                                 config.path, head_class(head),
                                                 head_class(config.head)));
    }
    return Status::ok();
}

}  // namespace

Result<std::unique_ptr<LoadedEncoder>> LoadedEncoder::open(const std::string& folder,
                                                           ModelHead head,
                                                           const ModelOptions& options,
                                                           const AddHead& add_head) {
    using Opened = Result<std::unique_ptr<LoadedEncoder>>;
    return catch_torch(folder, [&]() -> Opened {
        auto encoder = std::make_unique<LoadedEncoder>();
        Result<ModelConfig> config = ModelConfig::read(folder);
        if (!config.is_ok()) return std::move(config).status();
        TEMBLOR_RETURN_IF_ERROR(check_kind(config.value(), head));
        TEMBLOR_RETURN_IF_ERROR(encoder->open_tokenizer(folder, config.value()));
        Result<SafeTensors> files = SafeTensors::open(folder);
        if (!files.is_ok()) return std::move(files).status();
        Result<at::Device> device = choose_device(options);
        if (!device.is_ok()) return std::move(device).status();
        encoder->device_ = device.value();
        Result<at::ScalarType> type = choose_scalar_type(options, encoder->device_);
        if (!type.is_ok()) return std::move(type).status();
        apply_threads(options);
        WeightLoader loader(files.value(), encoder->device_, type.value());
        const std::string prefix = encoder_prefix(files.value());
        loader.set_prefix(prefix);
        encoder->torso_ = EncoderTorso::load(loader, config.value());
        loader.set_prefix("");
        if (loader.status().is_ok()) add_head(loader, encoder->torso_, prefix);
        TEMBLOR_RETURN_IF_ERROR(loader.status());
        if (options.precision == Precision::kInt8) {
            encoder->torso_.quantize();
        } else {
            encoder->torso_.prepack(kCpuBatchTokens);
        }
        return encoder;
    });
}

Status LoadedEncoder::open_tokenizer(const std::string& folder, const ModelConfig& config) {
    Result<std::unique_ptr<const Tokenizer>> tokenizer = Tokenizer::open(folder);
    if (tokenizer.status().code() == StatusCode::kNotFound) {
        no_tokenizer_ = std::move(tokenizer).status();
        return Status::ok();
    }
    if (!tokenizer.is_ok()) return std::move(tokenizer).status();
    tokenizer_ = std::move(tokenizer).value();
    if (tokenizer_->vocabulary_size() > config.vocabulary) {
        return Status::corruption(
            fmt::format("{}: the tokenizer has ids up to {}, but \"vocab_size\" of {} is {}",
                        folder, tokenizer_->vocabulary_size() - 1, config.path, config.vocabulary));
    }
    return Status::ok();
}

Result<std::vector<TokenSequence>> LoadedEncoder::tokenize(
    std::span<const std::string_view> firsts, std::span<const std::string_view> seconds,
    int64_t longest, std::vector<std::vector<ByteSpan>>* offsets) const {
    if (tokenizer_ == nullptr) return no_tokenizer_;
    EncodeOptions options;
    const int64_t most = config().longest_input();
    options.max_length = static_cast<size_t>(longest == 0 ? most : std::min(longest, most));
    options.special_in_text = false;
    std::vector<TokenSequence> texts;
    texts.reserve(firsts.size());
    for (size_t i = 0; i < firsts.size(); ++i) {
        Result<Encoding> encoding = seconds.empty()
                                        ? tokenizer_->encode(firsts[i], options)
                                        : tokenizer_->encode_pair(firsts[i], seconds[i], options);
        if (!encoding.is_ok()) {
            return std::move(encoding).status().with_context(fmt::format("text {}", i));
        }
        texts.push_back({std::move(encoding->ids), std::move(encoding->type_ids)});
        if (config().token_types == 0) texts.back().types.clear();
        if (offsets != nullptr) offsets->push_back(std::move(encoding->offsets));
    }
    return texts;
}

Status LoadedEncoder::run(std::span<const TokenSequence> texts, const UseBatch& use) const {
    for (size_t i = 0; i < texts.size(); ++i) {
        TEMBLOR_RETURN_IF_ERROR(check_sequence(texts[i], config(), i));
    }
    return catch_torch("encoder", [&]() -> Status {
        const c10::InferenceMode guard;
        const int64_t tokens = device_.is_cpu() ? kCpuBatchTokens : kDeviceBatchTokens;
        for (const std::vector<size_t>& order : batches_by_length(texts, tokens)) {
            const RaggedBatch batch = make_ragged_batch(texts, order, config(), device_);
            use(batch, order, torso_(batch));
        }
        return Status::ok();
    });
}

}  // namespace temblor
