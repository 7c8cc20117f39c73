#include "cli/query_model.h"

#include <string_view>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/query_input.h"
#include "cli/text_dense_build.h"
#include "data/formats/dense_format.h"
#include "data/formats/dense_reader.h"
#include "data/formats/ids_file.h"
#include "data/text/encoder_config.h"
#include "data/text/model_encoder.h"

namespace temblor::cli {
namespace {

constexpr uint32_t kQueryBatch = 256;

Status built_from_vectors(const std::string& path) {
    return Status::invalid_argument(path + ": built from vectors, not text: leave --encoder out");
}

}  // namespace

void QueryModelFlags::add_to(CLI::App& app) {
    CLI::Option* encoder =
        app.add_option("--encoder", folder,
                       "For text: the folder of the model that the index was built with")
            ->check(CLI::ExistingDirectory);
    model.add_to(app, encoder);
}

Result<TextModelOptions> QueryModelFlags::options_for(const std::string& encoder_json) const {
    TextModelOptions options = model.options();
    TEMBLOR_ASSIGN_OR_RETURN(const EncoderConfig config, parse_encoder_config(encoder_json));
    if (options.max_tokens == 0) options.max_tokens = static_cast<int64_t>(config.model.max_tokens);
    return options;
}

Result<std::unique_ptr<TextEncoder>> QueryModelFlags::encoder_of(const Segment& segment) const {
    if (folder.empty()) return segment_encoder(segment);
    const std::string& stored = segment.encoder().config_json;
    if (stored.empty()) return built_from_vectors(segment.path());
    TEMBLOR_ASSIGN_OR_RETURN(const TextModelIdentity given, text_model_identity(folder));
    TEMBLOR_RETURN_IF_ERROR(check_same_model(stored, given).with_context(segment.path()));
    TEMBLOR_ASSIGN_OR_RETURN(const TextModelOptions options, options_for(stored));
    TEMBLOR_ASSIGN_OR_RETURN(auto opened, open_sparse_text_model(folder, options));
    return make_model_text_encoder(std::move(opened));
}

Result<std::shared_ptr<const DenseTextModel>> QueryModelFlags::model_of(
    const DenseSegment& segment) const {
    const std::string& stored = segment.encoder_json();
    if (folder.empty()) {
        return Status::invalid_argument(
            segment.path() + (stored.empty()
                                  ? ": built from vectors, not text: query it with vectors"
                                  : ": text needs the model that the index was built "
                                    "with: give its folder (--encoder)"));
    }
    if (stored.empty()) return built_from_vectors(segment.path());
    TEMBLOR_ASSIGN_OR_RETURN(const TextModelIdentity given, text_model_identity(folder));
    TEMBLOR_RETURN_IF_ERROR(check_same_model(stored, given).with_context(segment.path()));
    TEMBLOR_ASSIGN_OR_RETURN(const TextModelOptions options, options_for(stored));
    return open_dense_text_model(folder, options);
}

Result<DenseQueries> QueryModelFlags::read_dense_queries(const DenseSegment& segment,
                                                         const std::string& path,
                                                         const std::string& ids_path,
                                                         Progress& progress) const {
    if (!folder.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto opened, model_of(segment));
        return encode_text_file(*opened, path, ids_path, kQueryBatch, progress);
    }
    DenseQueries queries;
    TEMBLOR_ASSIGN_OR_RETURN(queries.vectors, read_dense(path, progress));
    queries.ids = DocumentIds::row_numbers(queries.vectors.rows());
    if (queries.vectors.rows() > 0 && queries.vectors.dim() != segment.dim()) {
        return Status::invalid_argument(fmt::format("{}: queries have dimension {}, the index {}",
                                                    path, queries.vectors.dim(), segment.dim()));
    }
    if (!ids_path.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(queries.ids, read_ids_file(ids_path, queries.vectors.rows()));
    }
    return queries;
}

}  // namespace temblor::cli
