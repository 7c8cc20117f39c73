#include "cli/text_dense_build.h"

#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal_progress.h"
#include "data/formats/text_rows.h"
#include "data/text/model_encoder.h"

namespace temblor::cli {

Result<DenseQueries> encode_text_file(const DenseTextModel& model, const std::string& path,
                                      const std::string& ids_path, uint32_t batch,
                                      Progress& progress) {
    std::vector<std::string> texts;
    std::vector<float> values;
    const auto encode = [&]() -> Status {
        if (texts.empty()) return Status::ok();
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        Result<std::vector<float>> rows = model.encode(views);
        if (!rows.is_ok()) return std::move(rows).status().with_context(model.identity().name);
        values.insert(values.end(), rows->begin(), rows->end());
        texts.clear();
        return Status::ok();
    };
    DenseQueries read;
    TEMBLOR_ASSIGN_OR_RETURN(read.ids, read_text_rows(
                                           path, ids_path,
                                           [&](std::string_view text) -> Status {
                                               texts.emplace_back(text);
                                               return texts.size() < batch ? Status::ok()
                                                                           : encode();
                                           },
                                           progress));
    TEMBLOR_RETURN_IF_ERROR(encode());
    TEMBLOR_ASSIGN_OR_RETURN(read.vectors,
                             DenseDataset::from_values(std::move(values), model.size()));
    return read;
}

Outcome build_dense_from_text(const EncoderFlags& encoder, const DenseBuildFlags& flags,
                              const DenseBuildTask& task) {
    TEMBLOR_ASSIGN_OR_RETURN(
        const auto model, open_dense_text_model(encoder.kind, encoder.model_options(task.threads)));
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const DenseQueries read, encode_text_file(*model, task.input, task.ids,
                                                                       encoder.batch, progress));
    progress.clear();
    return build_dense_segment_of(flags, task, read.vectors, read.ids,
                                  model_encoder_json(model->identity()));
}

}  // namespace temblor::cli
