#include "compress/model/files/sentence_config.h"

#include "tests/compress/model_files.h"

namespace temblor {
namespace {

using testing::expect_error;
using testing::ModelFolderTest;

class SentenceConfigTest : public ModelFolderTest {
protected:
    static constexpr const char* kModules =
        R"([{"path":"","type":"sentence_transformers.models.Transformer"},)"
        R"({"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}])";
};

TEST_F(SentenceConfigTest, DefaultsWithoutModules) {
    const auto config = SentenceConfig::read(folder());
    ASSERT_TRUE(config.is_ok()) << config.status().to_string();
    EXPECT_FALSE(config->given);
    EXPECT_EQ(config->pooling, Pooling::kMean);
    EXPECT_TRUE(config->normalize);
    EXPECT_EQ(config->model_folder, folder());
}

TEST_F(SentenceConfigTest, ReadsModules) {
    file("modules.json", kModules);
    file("sentence_bert_config.json", R"({"max_seq_length": 256})");
    file("1_Pooling/config.json",
         R"({"pooling_mode_cls_token": false, "pooling_mode_lasttoken": true})");
    const auto config = SentenceConfig::read(folder());
    ASSERT_TRUE(config.is_ok()) << config.status().to_string();
    EXPECT_TRUE(config->given);
    EXPECT_EQ(config->pooling, Pooling::kLast);
    EXPECT_FALSE(config->normalize);
    EXPECT_EQ(config->longest, 256);
}

TEST_F(SentenceConfigTest, RefusesWhatItCannotDo) {
    file("modules.json", kModules);
    expect_error(SentenceConfig::read(folder()).status(), StatusCode::kNotFound,
                 {"1_Pooling/config.json"});
    file("1_Pooling/config.json", R"({"pooling_mode_weightedmean_tokens": true})");
    expect_error(SentenceConfig::read(folder()).status(), StatusCode::kUnimplemented,
                 {"1_Pooling/config.json", "weightedmean"});
    file("1_Pooling/config.json", "{}");
    expect_error(SentenceConfig::read(folder()).status(), StatusCode::kUnimplemented,
                 {"0 poolings"});
    file("modules.json", R"([{"path":"2_Dense","type":"sentence_transformers.models.Dense"}])");
    expect_error(SentenceConfig::read(folder()).status(), StatusCode::kUnimplemented,
                 {"modules.json", "Dense"});
    file("modules.json", R"([{"path":"../x","type":"a.Pooling"}])");
    expect_error(SentenceConfig::read(folder()).status(), StatusCode::kCorruption,
                 {"modules.json", "path"});
}

}  // namespace
}  // namespace temblor
