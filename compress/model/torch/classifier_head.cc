#include "compress/model/torch/classifier_head.h"

#include <ATen/ops/relu.h>
#include <ATen/ops/tanh.h>

namespace temblor {

ClassifierHead ClassifierHead::load(WeightLoader& loader, const ModelConfig& config,
                                    const std::string& prefix) {
    ClassifierHead head;
    const auto labels = static_cast<int64_t>(config.labels.size());
    const char* output = "classifier";
    if (config.head == ModelHead::kSequence) {
        switch (config.architecture) {
            case Architecture::kDistilBert:
                head.between_ = Between::kRelu;
                loader.set_prefix("");
                head.dense_ =
                    Linear::load(loader, "pre_classifier", config.hidden, config.hidden, true);
                break;
            case Architecture::kBert:
                head.between_ = Between::kTanh;
                loader.set_prefix(prefix);
                head.dense_ =
                    Linear::load(loader, "pooler.dense", config.hidden, config.hidden, true);
                break;
            default:
                head.between_ = Between::kTanh;
                loader.set_prefix("");
                head.dense_ =
                    Linear::load(loader, "classifier.dense", config.hidden, config.hidden, true);
                output = "classifier.out_proj";
        }
    }
    loader.set_prefix("");
    head.output_ = Linear::load(loader, output, config.hidden, labels, true);
    return head;
}

at::Tensor ClassifierHead::operator()(const at::Tensor& hidden) const {
    switch (between_) {
        case Between::kNothing:
            return output_(hidden).to(at::kFloat);
        case Between::kTanh:
            return output_(at::tanh(dense_(hidden))).to(at::kFloat);
        case Between::kRelu:
            return output_(at::relu(dense_(hidden))).to(at::kFloat);
    }
    return hidden;
}

}  // namespace temblor
