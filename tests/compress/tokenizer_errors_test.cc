// Broken files are errors that name the file and the member.

#include <string>

#include <gtest/gtest.h>

#include "compress/model/tokenizer/tokenizer.h"
#include "tests/compress/tokenizer_texts.h"

namespace temblor {
namespace {

constexpr std::string_view kModel =
    R"({"type":"BPE","unk_token":"u","vocab":{"u":0,"a":1,"b":2,"ab":3},"merges":["a b"]})";

std::string refusal(const std::string& json, StatusCode code = StatusCode::kInvalidArgument) {
    const test::TokenizerFolder folder;
    const auto opened = Tokenizer::open(folder.put("tokenizer.json", json).path());
    EXPECT_FALSE(opened.is_ok()) << json;
    if (opened.is_ok()) return "";
    EXPECT_EQ(opened.status().code(), code) << opened.status().to_string();
    EXPECT_NE(opened.status().message().find("tokenizer.json"), std::string::npos);
    return opened.status().message();
}

std::string with_model(std::string_view member) {
    return std::string("{") + std::string(member) + ",\"model\":" + std::string(kModel) + "}";
}

void expect_names(const std::string& message, std::string_view part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(TokenizerErrors, TheWholeFile) {
    expect_names(refusal("{"), "not JSON");
    expect_names(refusal(""), "not JSON");
    expect_names(refusal("[]"), "expected an object");
    expect_names(refusal("{}"), "\"model\": missing");
    expect_names(refusal(with_model(R"("speed":1)")), "\"speed\": unknown member");
    expect_names(refusal(with_model(R"("version":"2.0")"), StatusCode::kUnimplemented),
                 "\"version\"");
    EXPECT_EQ(Tokenizer::open("/no/such/folder").status().code(), StatusCode::kNotFound);
    const test::TokenizerFolder empty;
    EXPECT_EQ(Tokenizer::open(empty.path()).status().code(), StatusCode::kNotFound);
}

TEST(TokenizerErrors, Models) {
    expect_names(
        refusal(R"({"model":{"type":"WordLevel","vocab":{}}})", StatusCode::kUnimplemented),
        "\"model\": unknown model \"WordLevel\"");
    expect_names(refusal(R"({"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}})"),
                 "\"model.merges[0]\"");
    expect_names(refusal(R"({"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}})"),
                 "\"model.merges[0]\": \"ab\" is not in \"model.vocab\"");
    expect_names(refusal(R"({"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}})"),
                 "\"model.vocab\": token \"b\"");
    expect_names(refusal(R"({"model":{"type":"BPE","vocab":{"a":4000000000},"merges":[]}})"),
                 "\"model.vocab\": token \"a\"");
    expect_names(refusal(R"({"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}})"),
                 "\"model.dropout\"");
    expect_names(refusal(R"({"model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"a":0}}})"),
                 "\"model.unk_token\": \"[UNK]\"");
    expect_names(refusal(R"({"model":{"type":"Unigram","unk_id":1,"vocab":[["a",-1.5]]}})"),
                 "\"model.unk_id\"");
    expect_names(refusal(R"({"model":{"type":"Unigram","vocab":[["a",-1.5],["b"]]}})"),
                 "\"model.vocab[1]\"");
}

TEST(TokenizerErrors, Steps) {
    expect_names(refusal(with_model(R"("normalizer":{"type":"Sequence","normalizers":[)"
                                    R"({"type":"NFC"},{"type":"NFZ"}]})"),
                         StatusCode::kUnimplemented),
                 "\"normalizer.normalizers[1]\": unknown normalizer \"NFZ\"");
    expect_names(refusal(with_model(R"("normalizer":{"type":"NFC","x":1})")),
                 "\"normalizer.x\": unknown member");
    expect_names(
        refusal(with_model(R"("normalizer":{"type":"Precompiled","precompiled_charsmap":"AA!"})")),
        "\"normalizer.precompiled_charsmap\"");
    expect_names(refusal(with_model(
                     R"("normalizer":{"type":"Precompiled","precompiled_charsmap":"/////w=="})")),
                 "\"normalizer.precompiled_charsmap\"");
    expect_names(
        refusal(with_model(R"("pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a"}})")),
        "\"pre_tokenizer.pattern.Regex\"");
    expect_names(refusal(with_model(R"("pre_tokenizer":{"type":"Split","pattern":{"String":" "},)"
                                    R"("behavior":"Merged"})")),
                 "\"pre_tokenizer.behavior\"");
    expect_names(refusal(with_model(R"("pre_tokenizer":{"type":"Metaspace","replacement":"ab"})")),
                 "\"pre_tokenizer.replacement\"");
    expect_names(
        refusal(with_model(R"("pre_tokenizer":{"type":"Words"})"), StatusCode::kUnimplemented),
        "\"pre_tokenizer\"");
    expect_names(refusal(with_model(R"("decoder":{"type":"CTC"})"), StatusCode::kUnimplemented),
                 "\"decoder\": unknown decoder");
    expect_names(
        refusal(with_model(R"("decoder":{"type":"Strip","content":" ","start":-1,"stop":0})")),
        "\"decoder.start\"");
    std::string deep;
    for (int i = 0; i < 40; ++i) deep += R"({"type":"Sequence","decoders":[)";
    deep += R"({"type":"Fuse"})";
    for (int i = 0; i < 40; ++i) deep += "]}";
    expect_names(refusal(with_model("\"decoder\":" + deep)), "fewer sequences");
}

TEST(TokenizerErrors, TokensThatDisagreeWithTheVocabulary) {
    expect_names(refusal(with_model(R"("added_tokens":[{"id":3,"content":"<s>"}])")),
                 "\"added_tokens[0]\"");
    expect_names(refusal(with_model(R"("added_tokens":[{"id":9,"content":"ab"}])")),
                 "\"added_tokens[0]\"");
    expect_names(
        refusal(with_model(R"("added_tokens":[{"id":9,"content":"x"},{"id":9,"content":"y"}])")),
        "\"added_tokens[1]\"");
    expect_names(refusal(with_model(R"("post_processor":{"type":"BertProcessing",)"
                                    R"("sep":["[SEP]",102],"cls":["a",1]})")),
                 "id 102 is no token");
    expect_names(refusal(with_model(
                     R"("post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":)"
                     R"({"id":"[CLS]","type_id":0}}],"pair":[],"special_tokens":{}})")),
                 "\"post_processor.special_tokens.[CLS]\": missing");
}

TEST(TokenizerErrors, OtherFiles) {
    const test::TokenizerFolder bert;
    const auto opened =
        Tokenizer::open(bert.put("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n\nb\n").path());
    ASSERT_FALSE(opened.is_ok());
    expect_names(opened.status().message(), "vocab.txt: line 5");
    const test::TokenizerFolder gpt2;
    gpt2.put("vocab.json", R"({"a":0,"b":1})").put("merges.txt", "#version: 0.2\na  b\n");
    expect_names(Tokenizer::open(gpt2.path()).status().message(), "merges.txt: line 2");
    const test::TokenizerFolder pieces;
    const auto broken = Tokenizer::open(pieces.put("tokenizer.model", "not a model").path());
    ASSERT_FALSE(broken.is_ok());
    expect_names(broken.status().message(), "tokenizer.model");
    const test::TokenizerFolder config;
    config.put("tokenizer.json", with_model(R"("version":"1.0")"))
        .put("tokenizer_config.json", R"({"bos_token":{"id":1}})");
    const auto named = Tokenizer::open(config.path());
    ASSERT_FALSE(named.is_ok());
    expect_names(named.status().message(), "tokenizer_config.json");
    expect_names(named.status().message(), "\"bos_token.content\": missing");
}

}  // namespace
}  // namespace temblor
