#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compress/model/text_models.h"
#include "data/status.h"
#include "server/encoders.h"

namespace temblor {

/// Opens each folder and adds what it holds to `encoders` under its name: an embedder, a sparse
/// embedder (SPLADE) or a reranker (a cross-encoder of one label, whose scores become 0 to 1 by the
/// logistic function). All share one EncodingGate, and give it up after every 16 texts. Errors:
/// those of the models, naming model and folder; kUnimplemented without libtorch.
Status add_served_models(const std::vector<std::pair<std::string, std::string>>& folders,
                         const TextModelOptions& options, Encoders& encoders);

}  // namespace temblor
