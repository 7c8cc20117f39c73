#pragma once

#include <cstdint>
#include <string>

#include "cli/command.h"
#include "cli/dense_build.h"
#include "cli/encoder_flags.h"
#include "cli/query_model.h"
#include "data/progress.h"
#include "data/status.h"
#include "data/text/text_model.h"

namespace temblor::cli {

/// The texts of a JSONL file (data/formats/text_rows.h) through `model`, `batch` of them at once.
Result<DenseQueries> encode_text_file(const DenseTextModel& model, const std::string& path,
                                      const std::string& ids_path, uint32_t batch,
                                      Progress& progress);

/// Builds a segment of dense vectors from texts, with the model that `encoder` names, and prints
/// the report.
Outcome build_dense_from_text(const EncoderFlags& encoder, const DenseBuildFlags& flags,
                              const DenseBuildTask& task);

}  // namespace temblor::cli
