#include "compress/model/files/model_config.h"

#include <fmt/format.h>

#include "tests/compress/model_files.h"

namespace temblor {
namespace {

using testing::expect_error;
using testing::ModelFolderTest;
using testing::real_data;

class ModelConfigTest : public ModelFolderTest {};

const char* const kLlama =
    R"("model_type":"llama","vocab_size":64,"hidden_size":32,"intermediate_size":48,)"
    R"("num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2)";

Result<ModelConfig> parse(const std::string& members) {
    return ModelConfig::parse("{" + members + "}", "m/config.json");
}

TEST_F(ModelConfigTest, ReadsABertWithItsDefaults) {
    const auto config = parse(R"("model_type":"bert","architectures":["BertForMaskedLM"])");
    ASSERT_TRUE(config.is_ok()) << config.status().to_string();
    EXPECT_EQ(config->architecture, Architecture::kBert);
    EXPECT_EQ(config->head, ModelHead::kMaskedLm);
    EXPECT_EQ(config->hidden, 768);
    EXPECT_EQ(config->head_size, 64);
    EXPECT_EQ(config->token_types, 2);
    EXPECT_EQ(config->longest_input(), 512);
    EXPECT_DOUBLE_EQ(config->norm_epsilon, 1e-12);
}

TEST_F(ModelConfigTest, RobertaLosesPositions) {
    const auto config =
        parse(R"("model_type":"xlm-roberta","pad_token_id":1,"max_position_embeddings":514)");
    ASSERT_TRUE(config.is_ok()) << config.status().to_string();
    EXPECT_EQ(config->longest_input(), 512);
}

TEST_F(ModelConfigTest, ReadsLabels) {
    const std::string head =
        R"("model_type":"bert","architectures":["BertForTokenClassification"])";
    const auto config = parse(head + R"(,"id2label":{"1":"B","0":"A"})");
    ASSERT_TRUE(config.is_ok()) << config.status().to_string();
    EXPECT_EQ(config->labels, (std::vector<std::string>{"A", "B"}));
    EXPECT_EQ(parse(head)->labels.size(), 2U);
    for (const char* bad : {R"({"1":"B"})", R"({"0":"A","00":"B"})", R"({"x":"B"})", "{}", "[]"}) {
        expect_error(parse(head + R"(,"id2label":)" + bad).status(), StatusCode::kCorruption,
                     {"m/config.json", "id2label"});
    }
}

TEST_F(ModelConfigTest, ReadsDecoders) {
    const auto llama = parse(std::string(kLlama) + R"(,"eos_token_id":[2,3],"head_dim":16)");
    ASSERT_TRUE(llama.is_ok()) << llama.status().to_string();
    EXPECT_EQ(llama->head_size, 16);
    EXPECT_EQ(llama->kv_heads, 2);
    EXPECT_EQ(llama->rotated, 16);
    EXPECT_EQ(llama->end_ids, (std::vector<int64_t>{2, 3}));
    std::string text = kLlama;
    text.replace(text.find("llama"), 5, "qwen2");
    const auto qwen =
        parse(text + R"(,"sliding_window":8,"use_sliding_window":true,"max_window_layers":1)");
    ASSERT_TRUE(qwen.is_ok()) << qwen.status().to_string();
    EXPECT_TRUE(qwen->qkv_bias);
    EXPECT_EQ(qwen->sliding, (std::vector<uint8_t>{0, 1}));
    EXPECT_EQ(parse(text + R"(,"sliding_window":8)")->sliding_window, 0);
}

TEST_F(ModelConfigTest, ReadsRopeInBothSpellings) {
    const std::string inner = R"("factor":8,"low_freq_factor":1,"high_freq_factor":4,)"
                              R"("original_max_position_embeddings":8192)";
    for (const std::string& members :
         {R"(,"rope_theta":5e5,"rope_scaling":{"rope_type":"llama3",)" + inner + "}",
          R"(,"rope_parameters":{"rope_type":"llama3","rope_theta":5e5,)" + inner + "}"}) {
        const auto config = parse(kLlama + members);
        ASSERT_TRUE(config.is_ok()) << config.status().to_string();
        EXPECT_EQ(config->rope.kind, RopeKind::kLlama3);
        EXPECT_DOUBLE_EQ(config->rope_theta, 5e5);
        EXPECT_EQ(config->rope.original_length, 8192);
    }
}

TEST_F(ModelConfigTest, NamesTheFieldThatIsWrong) {
    struct Bad {
        const char* members;
        const char* field;
    };
    const Bad bad[] = {
        {R"(,"hidden_act":"tanhish")", "hidden_act"},
        {R"(,"num_hidden_layers":0)", "num_hidden_layers"},
        {R"(,"hidden_size":1e99)", "hidden_size"},
        {R"(,"hidden_size":"32")", "hidden_size"},
        {R"(,"num_attention_heads":5)", "num_attention_heads"},
        {R"(,"position_embedding_type":"relative_key")", "position_embedding_type"},
        {R"(,"vocab_size":-1)", "vocab_size"},
        {R"(,"pad_token_id":99999999)", "pad_token_id"},
        {R"(,"layer_norm_eps":"x")", "layer_norm_eps"},
    };
    for (const Bad& each : bad) {
        expect_error(parse(std::string(R"("model_type":"bert")") + each.members).status(),
                     StatusCode::kCorruption, {"m/config.json", each.field});
    }
    const Bad decoders[] = {
        {R"(,"rope_scaling":{"rope_type":"new"})", "rope_type"},
        {R"(,"rope_scaling":{"type":"linear"})", "factor"},
        {R"(,"rope_scaling":{"type":"longrope","short_factor":[1],"long_factor":[1]})",
         "rope_scaling"},
        {R"(,"head_dim":0)", "head_dim"},
        {R"(,"partial_rotary_factor":0.4)", "partial_rotary_factor"},
        {R"(,"eos_token_id":"x")", "eos_token_id"},
    };
    for (const Bad& each : decoders) {
        expect_error(parse(std::string(kLlama) + each.members).status(), StatusCode::kCorruption,
                     {"m/config.json", each.field});
    }
}

TEST_F(ModelConfigTest, AnUnknownArchitectureIsNamed) {
    expect_error(parse(R"("model_type":"gpt_neox")").status(), StatusCode::kUnimplemented,
                 {"m/config.json", "gpt_neox"});
    expect_error(parse("").status(), StatusCode::kCorruption, {"model_type"});
    expect_error(ModelConfig::parse("{", "m").status(), StatusCode::kCorruption, {"JSON"});
    expect_error(ModelConfig::read(folder()).status(), StatusCode::kNotFound, {"config.json"});
}

TEST_F(ModelConfigTest, AddsEndsOfGeneration) {
    file("config.json", std::string("{") + kLlama + R"(,"eos_token_id":5})");
    file("generation_config.json", R"({"eos_token_id":[7,5]})");
    const auto config = ModelConfig::read(folder());
    ASSERT_TRUE(config.is_ok()) << config.status().to_string();
    EXPECT_EQ(config->end_ids, (std::vector<int64_t>{5, 7}));
}

TEST_F(ModelConfigTest, ReadsRealFolders) {
    if (!real_data("models").has_value()) GTEST_SKIP() << "no real models (TEMBLOR_DATA)";
    for (const char* name : {"splade-tiny", "minilm-l6", "stories260K"}) {
        const auto config = ModelConfig::read(*real_data("models") + "/" + name);
        EXPECT_TRUE(config.is_ok()) << config.status().to_string();
    }
}

}  // namespace
}  // namespace temblor
