#pragma once

namespace roost::token::tag {

// The first byte of a term, named as in the ERTS user's guide.
inline constexpr unsigned char kVersion = 0x83;
inline constexpr unsigned char kCompressed = 0x50;
inline constexpr unsigned char kSmallInteger = 0x61;
inline constexpr unsigned char kInteger = 0x62;
inline constexpr unsigned char kSmallBig = 0x6e;
inline constexpr unsigned char kLargeBig = 0x6f;
inline constexpr unsigned char kNewFloat = 0x46;
inline constexpr unsigned char kBinary = 0x6d;
inline constexpr unsigned char kSmallAtomUtf8 = 0x77;
inline constexpr unsigned char kAtomUtf8 = 0x76;
inline constexpr unsigned char kSmallAtom = 0x73;
inline constexpr unsigned char kAtom = 0x64;
inline constexpr unsigned char kNil = 0x6a;
inline constexpr unsigned char kList = 0x6c;
inline constexpr unsigned char kString = 0x6b;
inline constexpr unsigned char kSmallTuple = 0x68;
inline constexpr unsigned char kLargeTuple = 0x69;
inline constexpr unsigned char kMap = 0x74;

}  // namespace roost::token::tag
