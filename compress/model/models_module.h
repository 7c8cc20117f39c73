#pragma once

#include <memory>
#include <string>

#include "compress/model/text_models.h"
#include "data/status.h"
#include "data/text/text_model.h"

namespace temblor {

/// What libtemblor_models.so offers. Models need libtorch, which takes a quarter of a second and
/// 100 MB to load: so it is linked to that module only, which is opened with the first model and
/// stays open. Both sides are built together, as models_module_build() says; C++ types pass
/// between.
struct ModelsModule {
    Result<std::shared_ptr<const SparseTextModel>> (*open_sparse)(const std::string& folder,
                                                                  const TextModelOptions& options);
    Result<std::shared_ptr<const DenseTextModel>> (*open_dense)(const std::string& folder,
                                                                const TextModelOptions& options);
    Result<std::shared_ptr<const PairScoreModel>> (*open_scores)(const std::string& folder,
                                                                 const TextModelOptions& options);
};

/// Version and compiler, of the program in the program and of the module in the module.
const char* models_module_build();

/// The module's one symbol, "temblor_models_module": null for a program of another build.
using TemblorModelsModule = const ModelsModule*(const char* build);

/// Opens the module once (program_module.h; TEMBLOR_MODELS_MODULE). Thread-safe. Errors:
/// kUnimplemented, saying what to install.
Result<const ModelsModule*> models_module();

}  // namespace temblor
