#include "compress/model/files/model_config.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <simdjson.h>

#include "compress/model/files/architecture_fields.h"
#include "data/text/small_file.h"

namespace temblor {
namespace {

struct ArchitectureFacts {
    std::string_view name;
    Architecture architecture;
    bool encoder;
};

constexpr std::array<ArchitectureFacts, 9> kArchitectures = {{
    {"bert", Architecture::kBert, true},
    {"roberta", Architecture::kRoberta, true},
    {"xlm-roberta", Architecture::kXlmRoberta, true},
    {"distilbert", Architecture::kDistilBert, true},
    {"llama", Architecture::kLlama, false},
    {"mistral", Architecture::kMistral, false},
    {"qwen2", Architecture::kQwen2, false},
    {"qwen3", Architecture::kQwen3, false},
    {"phi3", Architecture::kPhi3, false},
}};

ModelHead head_of_class(std::string_view name) {
    if (name.ends_with("ForMaskedLM")) return ModelHead::kMaskedLm;
    if (name.ends_with("ForCausalLM")) return ModelHead::kCausalLm;
    if (name.ends_with("ForSequenceClassification")) return ModelHead::kSequence;
    if (name.ends_with("ForTokenClassification")) return ModelHead::kToken;
    return ModelHead::kNone;
}

void read_head_class(ConfigFields& fields, ModelConfig& config) {
    std::vector<std::string> classes;
    fields.read("architectures", classes);
    if (!classes.empty()) config.head = head_of_class(classes.front());
}

Result<ModelConfig> read_root(simdjson::dom::element root, const std::string& path) {
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) {
        return Status::corruption(path + ": expected a JSON object");
    }
    ConfigFields fields(object, path + ": ");
    ModelConfig config;
    config.path = path;
    std::string type;
    fields.read("model_type", type);
    TEMBLOR_RETURN_IF_ERROR(fields.status());
    const auto* known =
        std::find_if(kArchitectures.begin(), kArchitectures.end(),
                     [&](const ArchitectureFacts& each) { return each.name == type; });
    if (known == kArchitectures.end()) {
        return Status::unimplemented(
            fmt::format("{}: \"model_type\": \"{}\" is not read (expected bert, roberta, "
                        "xlm-roberta, distilbert, llama, mistral, qwen2, qwen3 or phi3)",
                        path, type));
    }
    config.architecture = known->architecture;
    read_head_class(fields, config);
    fields.read("torch_dtype", config.dtype, "");
    fields.read("dtype", config.dtype, config.dtype);
    if (known->encoder) {
        read_encoder_fields(fields, config);
    } else {
        read_decoder_fields(fields, config);
    }
    TEMBLOR_RETURN_IF_ERROR(fields.status());
    return config;
}

Status add_generation_ends(const std::string& path, ModelConfig& config) {
    simdjson::dom::parser parser;
    TEMBLOR_ASSIGN_OR_RETURN(const simdjson::dom::object object, read_json_object(path, parser));
    ConfigFields fields(object, path + ": ");
    fields.read_ids("eos_token_id", config.end_ids);
    TEMBLOR_RETURN_IF_ERROR(fields.status());
    std::sort(config.end_ids.begin(), config.end_ids.end());
    config.end_ids.erase(std::unique(config.end_ids.begin(), config.end_ids.end()),
                         config.end_ids.end());
    return Status::ok();
}

}  // namespace

std::string_view architecture_name(Architecture architecture) {
    return kArchitectures[static_cast<size_t>(architecture)].name;
}

bool is_encoder(Architecture architecture) {
    return kArchitectures[static_cast<size_t>(architecture)].encoder;
}

int64_t ModelConfig::longest_input() const {
    const bool offset =
        architecture == Architecture::kRoberta || architecture == Architecture::kXlmRoberta;
    return offset ? positions - padding_id - 1 : positions;
}

Result<ModelConfig> ModelConfig::parse(std::string_view json, const std::string& path) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
        return Status::corruption(path + ": not valid JSON");
    }
    return read_root(root, path);
}

Result<ModelConfig> ModelConfig::read(const std::string& folder) {
    const std::string path = folder + "/config.json";
    TEMBLOR_ASSIGN_OR_RETURN(const std::string text, read_small_file(path));
    Result<ModelConfig> config = parse(text, path);
    if (!config.is_ok()) return config;
    const std::string generation = folder + "/generation_config.json";
    std::error_code ignored;
    if (!is_encoder(config->architecture) && std::filesystem::exists(generation, ignored)) {
        TEMBLOR_RETURN_IF_ERROR(add_generation_ends(generation, config.value()));
    }
    return config;
}

}  // namespace temblor
