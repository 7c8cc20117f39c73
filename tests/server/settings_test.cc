#include "server/settings.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/data/test_files.h"

namespace temblor::testing {
namespace {

class SettingsTest : public FolderTest {
protected:
    /// What is set around the tests is none of theirs.
    SettingsTest() { unset_all(); }
    ~SettingsTest() override { unset_all(); }
    static void unset_all() {
        for (const Setting& setting : server_settings()) unsetenv(setting.environment().c_str());
    }
    [[nodiscard]] Result<ServerSettings> from_file(const std::string& text) const {
        return ServerSettings::load({}, file("temblor.toml", text));
    }
};

TEST_F(SettingsTest, FlagsBeatTheEnvironmentThatBeatsTheFile) {
    const std::string toml = file("t.toml", "k = 3\nlisten = \"127.0.0.1:1\"\n");
    EXPECT_EQ(ServerSettings::load({}, "")->http.limits.k, ServerLimits{}.k);
    EXPECT_EQ(ServerSettings::load({}, toml)->http.limits.k, 3U);
    setenv("TEMBLOR_K", "2", 1);
    EXPECT_EQ(ServerSettings::load({}, toml)->http.limits.k, 2U);
    EXPECT_EQ(ServerSettings::load({}, "")->http.limits.k, 2U);
    EXPECT_EQ(ServerSettings::load({{"k", "1"}}, toml)->http.limits.k, 1U);
    EXPECT_EQ(ServerSettings::load({{"k", "1"}}, toml)->http.port, 1U);
}

TEST_F(SettingsTest, WrongValuesAreNamedWithTheirSource) {
    constexpr auto kInvalid = StatusCode::kInvalidArgument;
    EXPECT_ERROR(ServerSettings::load({{"json_depth", "many"}}, ""), kInvalid, "--json-depth",
                 "'many'");
    EXPECT_ERROR(from_file("json_depth = 7\n"), kInvalid, "temblor.toml: json_depth", "from 8");
    EXPECT_ERROR(from_file("listen = \"7333\"\n"), kInvalid, "listen", "ADDRESS:PORT");
    EXPECT_ERROR(from_file("listen = \"[::1]:65536\"\n"), kInvalid, "listen", "65535");
    EXPECT_ERROR(from_file("log_level = \"loud\"\n"), kInvalid, "log_level", "'loud'");
    EXPECT_ERROR(from_file("insecure = 1\n"), kInvalid, "insecure", "true or false");
    EXPECT_ERROR(from_file("k = 1.5\n"), kInvalid, "temblor.toml: k", "whole number");
    EXPECT_ERROR(from_file("k = -1\n"), kInvalid, "temblor.toml: k", "'-1'");
    EXPECT_ERROR(from_file("k = 0\n"), kInvalid, "temblor.toml: k");
    EXPECT_ERROR(from_file("queue_time = 4294967296\n"), kInvalid, "queue_time");
    EXPECT_ERROR(from_file("a =\n"), kInvalid, "temblor.toml: line 1");
    setenv("TEMBLOR_BATCH", "-", 1);
    EXPECT_ERROR(ServerSettings::load({}, ""), kInvalid, "TEMBLOR_BATCH", "'-'");
}

TEST_F(SettingsTest, UnknownSettingsAreErrors) {
    EXPECT_ERROR(from_file("k = 1\nkk = 2\n"), StatusCode::kInvalidArgument, "temblor.toml",
                 "'kk'");
    EXPECT_ERROR(from_file("[limits]\nk = 2\n"), StatusCode::kInvalidArgument, "limits");
    EXPECT_ERROR(ServerSettings::load({{"kk", "1"}}, ""), StatusCode::kInvalidArgument, "'kk'");
    EXPECT_ERROR(ServerSettings::load({}, path("none.toml")), StatusCode::kNotFound, "none.toml");
}

TEST_F(SettingsTest, AddressesOfBothKinds) {
    EXPECT_EQ(from_file("listen = \"[::1]:80\"\n")->http.address, "::1");
    EXPECT_EQ(from_file("listen = \"0.0.0.0:0\"\n")->http.address, "0.0.0.0");
    EXPECT_EQ(from_file("listen = \"0.0.0.0:0\"\n")->http.port, 0U);
}

TEST_F(SettingsTest, WhatIsWrittenReadsBackEqual) {
    ServerSettings settings;
    for (const Setting& setting : server_settings()) {
        // Another value than the default, of whatever kind it takes; the largest where it is a
        // number.
        for (const char* value : {"true", "18446744073709551615", "4294967295", "debug", "[::2]:9",
                                  "a \"quoted\" \\ \x01\x7F\n\t ü"}) {
            if (setting.name == "listen" && value[0] != '[') continue;
            if (setting.set(settings, value).is_ok()) break;
        }
        if (setting.is_text && setting.name != "listen" && setting.name != "log_level" &&
            setting.name != "model_dtype") {
            ASSERT_TRUE(setting.set(settings, "a \"quoted\" \\ \x01\x7F\n\t ü").is_ok());
        }
    }
    const std::string toml = settings.to_toml();
    const auto read = from_file(toml);
    ASSERT_TRUE(read.is_ok()) << read.status().to_string() << "\n" << toml;
    for (const Setting& setting : server_settings()) {
        if (setting.is_secret) {
            EXPECT_EQ(setting.get(*read), "") << setting.name;
        } else {
            EXPECT_EQ(setting.get(*read), setting.get(settings)) << setting.name;
        }
    }
    EXPECT_EQ(read->to_toml(), toml);
}

TEST_F(SettingsTest, ListsHaveAFlagForEachValueAndAnArrayInFiles) {
    using Origins = std::vector<std::string>;
    const Origins two = {"https://a.example", "http://localhost:3000"};
    EXPECT_EQ(from_file("")->http.cors_origins, Origins());
    EXPECT_EQ(from_file("cors_origins = []\n")->http.cors_origins, Origins());
    const auto read =
        from_file("cors_origins = [\"https://a.example\", \"http://localhost:3000\"]\n");
    ASSERT_TRUE(read.is_ok()) << read.status().to_string();
    EXPECT_EQ(read->http.cors_origins, two);
    EXPECT_EQ(from_file(read->to_toml())->http.cors_origins, two);
    setenv("TEMBLOR_CORS_ORIGINS", "https://a.example, http://localhost:3000", 1);
    EXPECT_EQ(ServerSettings::load({}, "")->http.cors_origins, two);
    EXPECT_EQ(ServerSettings::load({{"cors_origins", "*"}}, "")->http.cors_origins, Origins{"*"});
    unsetenv("TEMBLOR_CORS_ORIGINS");
    constexpr auto kInvalid = StatusCode::kInvalidArgument;
    EXPECT_ERROR(from_file("cors_origins = [\"a.example\"]\n"), kInvalid, "cors_origins",
                 "'a.example'");
    EXPECT_ERROR(from_file("cors_origins = [1]\n"), kInvalid, "cors_origins", "strings");
    EXPECT_ERROR(from_file("cors_origins = [\"https://a,https://b\"]\n"), kInvalid, "cors_origins");
    EXPECT_ERROR(from_file("listen = [\"127.0.0.1:1\"]\n"), kInvalid, "listen", "a string");
}

TEST_F(SettingsTest, ModelsAreATable) {
    using Models = std::vector<std::pair<std::string, std::string>>;
    constexpr auto kInvalid = StatusCode::kInvalidArgument;
    const auto read = from_file("models = { splade = \"/m/s\", \"a/b\" = \"m\" }\n");
    const Models two = {{"a/b", "m"}, {"splade", "/m/s"}};
    EXPECT_EQ(read->models, two);
    EXPECT_EQ(from_file(read->to_toml())->models, two);
    EXPECT_EQ(from_file(from_file("")->to_toml())->models, Models());
    EXPECT_EQ(ServerSettings::load({{"models", "x=a=b"}}, "")->models, (Models{{"x", "a=b"}}));
    EXPECT_ERROR(ServerSettings::load({{"models", "x"}}, ""), kInvalid, "--model", "NAME=FOLDER");
    EXPECT_ERROR(ServerSettings::load({{"models", "x y=a"}}, ""), kInvalid, "--model", "x y");
    EXPECT_ERROR(from_file("models = [\"x=a\"]\n"), kInvalid, "models", "a table");
    EXPECT_ERROR(from_file("models = { x = 1 }\n"), kInvalid, "models", "models.x", "a string");
    EXPECT_ERROR(from_file("model_dtype = \"f64\"\n"), kInvalid, "model_dtype", "bf16");
}

TEST_F(SettingsTest, NamesOfFlagsAndVariables) {
    for (const Setting& setting : server_settings()) {
        if (setting.name == "cors_origins") {
            EXPECT_EQ(setting.flag(), "cors-origin");
            EXPECT_EQ(setting.environment(), "TEMBLOR_CORS_ORIGINS");
        }
        if (setting.name != "body_bytes") continue;
        EXPECT_EQ(setting.flag(), "body-bytes");
        EXPECT_EQ(setting.environment(), "TEMBLOR_BODY_BYTES");
    }
}

}  // namespace
}  // namespace temblor::testing
