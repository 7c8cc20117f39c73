#include "compress/model/files/sentence_config.h"

#include <array>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <simdjson.h>

#include "compress/model/files/config_fields.h"
#include "data/text/small_file.h"

namespace temblor {
namespace {

constexpr int64_t kLongestSentence = int64_t{1} << 27;

bool file_exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

/// A folder of the model's own: "1_Pooling", or "" for the model's.
bool stays_inside(std::string_view path) {
    return path.find('/') == std::string_view::npos && path != ".." &&
           path.find('\0') == std::string_view::npos;
}

struct PoolingMode {
    std::string_view field;
    std::optional<Pooling> pooling;
};

constexpr std::array<PoolingMode, 6> kPoolingModes = {{
    {"pooling_mode_mean_tokens", Pooling::kMean},
    {"pooling_mode_cls_token", Pooling::kFirst},
    {"pooling_mode_lasttoken", Pooling::kLast},
    {"pooling_mode_max_tokens", Pooling::kMax},
    {"pooling_mode_mean_sqrt_len_tokens", std::nullopt},
    {"pooling_mode_weightedmean_tokens", std::nullopt},
}};

Status read_pooling(const std::string& path, SentenceConfig& config) {
    simdjson::dom::parser parser;
    TEMBLOR_ASSIGN_OR_RETURN(const simdjson::dom::object object, read_json_object(path, parser));
    ConfigFields fields(object, path + ": ");
    int chosen = 0;
    for (const PoolingMode& mode : kPoolingModes) {
        bool on = false;
        fields.read(mode.field, on, false);
        if (!on) continue;
        if (!mode.pooling.has_value()) {
            return Status::unimplemented(
                fmt::format("{}: \"{}\": this pooling is not supported", path, mode.field));
        }
        config.pooling = *mode.pooling;
        ++chosen;
    }
    TEMBLOR_RETURN_IF_ERROR(fields.status());
    if (chosen != 1) {
        return Status::unimplemented(
            fmt::format("{}: {} poolings chosen, expected one", path, chosen));
    }
    return Status::ok();
}

Status read_longest(const std::string& path, SentenceConfig& config) {
    if (!file_exists(path)) return Status::ok();
    simdjson::dom::parser parser;
    TEMBLOR_ASSIGN_OR_RETURN(const simdjson::dom::object object, read_json_object(path, parser));
    ConfigFields fields(object, path + ": ");
    fields.read("max_seq_length", config.longest, 1, kLongestSentence, 0);
    return fields.status();
}

Status read_module(const std::string& folder, ConfigFields& module, SentenceConfig& config,
                   bool& pooled) {
    std::string type;
    std::string path;
    module.read("type", type);
    module.read("path", path, "");
    if (!stays_inside(path)) module.refuse("path", "a folder of this model");
    TEMBLOR_RETURN_IF_ERROR(module.status());
    const std::string inner = path.empty() ? folder : fmt::format("{}/{}", folder, path);
    if (type.ends_with(".Transformer")) {
        config.model_folder = inner;
        return read_longest(inner + "/sentence_bert_config.json", config);
    }
    if (type.ends_with(".Pooling")) {
        pooled = true;
        return read_pooling(inner + "/config.json", config);
    }
    if (type.ends_with(".Normalize")) {
        config.normalize = true;
        return Status::ok();
    }
    return Status::unimplemented(
        fmt::format("{}/modules.json: module \"{}\" is not supported", folder, type));
}

}  // namespace

Result<SentenceConfig> SentenceConfig::read(const std::string& folder) {
    SentenceConfig config;
    config.model_folder = folder;
    const std::string path = folder + "/modules.json";
    if (!file_exists(path)) {
        TEMBLOR_RETURN_IF_ERROR(read_longest(folder + "/sentence_bert_config.json", config));
        return config;
    }
    config.given = true;
    config.normalize = false;
    TEMBLOR_ASSIGN_OR_RETURN(const std::string text, read_small_file(path));
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::array modules;
    if (parser.parse(text).get(root) != simdjson::SUCCESS ||
        root.get(modules) != simdjson::SUCCESS) {
        return Status::corruption(path + ": expected a list of modules");
    }
    bool pooled = false;
    size_t place = 0;
    for (const simdjson::dom::element element : modules) {
        simdjson::dom::object object;
        if (element.get(object) != simdjson::SUCCESS) {
            return Status::corruption(fmt::format("{}: [{}]: expected an object", path, place));
        }
        ConfigFields module(object, fmt::format("{}: [{}].", path, place));
        TEMBLOR_RETURN_IF_ERROR(read_module(folder, module, config, pooled));
        ++place;
    }
    if (!pooled) {
        return Status::unimplemented(path + ": no pooling module");
    }
    return config;
}

}  // namespace temblor
