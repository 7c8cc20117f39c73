#include "compress/model/text_models.h"

#include <dlfcn.h>

#include "compress/model/files/model_config.h"
#include "compress/model/files/sentence_config.h"
#include "compress/model/model_fingerprint.h"
#include "compress/model/models_module.h"
#include "compress/model/program_module.h"

namespace temblor {
namespace {

Result<const ModelsModule*> open_models_module() {
    const std::string path = program_module_path("temblor_models", "TEMBLOR_MODELS_MODULE");
    if (path.empty()) {
        return Status::unimplemented(
            "models need libtorch, which this build does not have: run scripts/setup --models, "
            "then configure and build again");
    }
    void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) {
        return Status::unimplemented(std::string("models cannot be loaded: ") + ::dlerror() +
                                     " (scripts/setup --models installs libtorch)");
    }
    auto* entry = reinterpret_cast<TemblorModelsModule*>(::dlsym(module, "temblor_models_module"));
    const ModelsModule* made = entry == nullptr ? nullptr : entry(models_module_build());
    if (made == nullptr) {
        return Status::unimplemented(path + ": of another build than this program (" +
                                     models_module_build() + ")");
    }
    return made;
}

}  // namespace

const char* models_module_build() { return TEMBLOR_VERSION " " __VERSION__; }

Result<const ModelsModule*> models_module() {
    static const Result<const ModelsModule*> opened = open_models_module();
    return opened;
}

Result<TextModelKind> text_model_kind(const std::string& folder) {
    const Result<SentenceConfig> sentence = SentenceConfig::read(folder);
    // Its files also describe sparse encoders, by modules that are not read.
    if (!sentence.is_ok() && sentence.status().code() != StatusCode::kUnimplemented)
        return sentence.status();
    const bool given = sentence.is_ok() && sentence->given;
    TEMBLOR_ASSIGN_OR_RETURN(const ModelConfig config,
                             ModelConfig::read(given ? sentence->model_folder : folder));
    if (is_encoder(config.architecture)) {
        if (given) return TextModelKind::kDense;
        if (config.head == ModelHead::kMaskedLm) return TextModelKind::kSparse;
        if (config.head == ModelHead::kNone) return TextModelKind::kDense;
        if (config.head == ModelHead::kSequence) return TextModelKind::kScores;
    }
    return Status::unimplemented(config.path +
                                 ": expected an encoder of text, its \"architectures\" one of "
                                 "...ForMaskedLM, ...Model, ...ForSequenceClassification");
}

Result<TextModelIdentity> text_model_identity(const std::string& folder) {
    TextModelIdentity identity;
    identity.name = model_name(folder);
    TEMBLOR_ASSIGN_OR_RETURN(identity.fingerprint, model_fingerprint(folder));
    return identity;
}

Result<std::shared_ptr<const SparseTextModel>> open_sparse_text_model(
    const std::string& folder, const TextModelOptions& options) {
    TEMBLOR_ASSIGN_OR_RETURN(const ModelsModule* module, models_module());
    return module->open_sparse(folder, options);
}

Result<std::shared_ptr<const DenseTextModel>> open_dense_text_model(
    const std::string& folder, const TextModelOptions& options) {
    TEMBLOR_ASSIGN_OR_RETURN(const ModelsModule* module, models_module());
    return module->open_dense(folder, options);
}

Result<std::shared_ptr<const PairScoreModel>> open_pair_score_model(
    const std::string& folder, const TextModelOptions& options) {
    TEMBLOR_ASSIGN_OR_RETURN(const ModelsModule* module, models_module());
    return module->open_scores(folder, options);
}

}  // namespace temblor
