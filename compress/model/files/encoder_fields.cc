#include <charconv>

#include <fmt/format.h>

#include "compress/model/files/architecture_fields.h"

namespace temblor {
namespace {

constexpr int64_t kMostLabels = int64_t{1} << 20;

/// `id2label` maps "0", "1", ... without a gap; `num_labels` stands for it where it is absent.
void read_labels(ConfigFields& fields, ModelConfig& config) {
    auto names = fields.object("id2label");
    if (!names.has_value()) {
        int64_t count = 2;
        fields.read("num_labels", count, 1, kMostLabels, 2);
        for (int64_t i = 0; i < count; ++i) config.labels.push_back(fmt::format("LABEL_{}", i));
        return;
    }
    config.labels.assign(names->json().size(), "");
    std::vector<uint8_t> seen(config.labels.size(), 0);
    for (const simdjson::dom::key_value_pair entry : names->json()) {
        size_t id = 0;
        std::string_view label;
        const char* end = entry.key.data() + entry.key.size();
        const auto parsed = std::from_chars(entry.key.data(), end, id);
        if (parsed.ec != std::errc{} || parsed.ptr != end || id >= seen.size() || seen[id] != 0 ||
            entry.value.get(label) != simdjson::SUCCESS) {
            return fields.refuse("id2label", "labels for the ids from 0 without a gap");
        }
        seen[id] = 1;
        config.labels[id] = label;
    }
    if (config.labels.empty()) fields.refuse("id2label", "at least one label");
}

void read_bert_sizes(ConfigFields& fields, ModelConfig& config) {
    fields.read("hidden_size", config.hidden, 1, kMostHidden, 768);
    fields.read("intermediate_size", config.intermediate, 1, kMostIntermediate, 3072);
    fields.read("num_hidden_layers", config.layers, 1, kMostLayers, 12);
    fields.read("num_attention_heads", config.heads, 1, kMostHeads, 12);
    fields.read("layer_norm_eps", config.norm_epsilon, 0, 1, 1e-12);
    fields.read("type_vocab_size", config.token_types, 1, kMostVocabulary, 2);
    read_activation(fields, "hidden_act", "gelu", config.activation);
    std::string positions;
    fields.read("position_embedding_type", positions, "absolute");
    if (positions != "absolute") fields.refuse("position_embedding_type", "\"absolute\"");
    bool decoder = false;
    fields.read("is_decoder", decoder, false);
    if (decoder) fields.refuse("is_decoder", "false");
}

void read_distilbert_sizes(ConfigFields& fields, ModelConfig& config) {
    fields.read("dim", config.hidden, 1, kMostHidden, 768);
    fields.read("hidden_dim", config.intermediate, 1, kMostIntermediate, 3072);
    fields.read("n_layers", config.layers, 1, kMostLayers, 6);
    fields.read("n_heads", config.heads, 1, kMostHeads, 12);
    config.norm_epsilon = 1e-12;
    config.token_types = 0;
    read_activation(fields, "activation", "gelu", config.activation);
}

}  // namespace

void read_encoder_fields(ConfigFields& fields, ModelConfig& config) {
    const bool roberta = config.architecture == Architecture::kRoberta ||
                         config.architecture == Architecture::kXlmRoberta;
    fields.read("vocab_size", config.vocabulary, 1, kMostVocabulary, 30522);
    fields.read("max_position_embeddings", config.positions, 1, kMostPositions, 512);
    fields.read("pad_token_id", config.padding_id, 0, kMostVocabulary, roberta ? 1 : 0);
    fields.read("tie_word_embeddings", config.tied_embeddings, true);
    if (config.architecture == Architecture::kDistilBert) {
        read_distilbert_sizes(fields, config);
    } else {
        read_bert_sizes(fields, config);
    }
    if (config.head == ModelHead::kSequence || config.head == ModelHead::kToken) {
        read_labels(fields, config);
    }
    if (!fields.status().is_ok()) return;
    if (config.hidden % config.heads != 0) {
        fields.refuse(fields.has("n_heads") ? "n_heads" : "num_attention_heads",
                      fmt::format("a divisor of the hidden size {}", config.hidden));
    }
    if (config.longest_input() < 1) {
        fields.refuse("max_position_embeddings", "more than \"pad_token_id\" + 1");
    }
    if (config.padding_id >= config.vocabulary) {
        fields.refuse("pad_token_id", "less than \"vocab_size\"");
    }
    config.head_size = config.hidden / config.heads;
}

}  // namespace temblor
