"""Words that names are made of, with how often they are used.

Surname shares are the published ones of Han people alive in 2008 for the first twenty; the curve behind them
runs through the published cumulative shares. Characters, syllables and popular names are our own lists, in an
invented order of popularity: no table of real people stands behind them.
"""

from __future__ import annotations

from typing import Final

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: first twenty with published shares in percent, then in falling order (see :func:`surname_weights`).
SURNAMES: Final[tuple[str, ...]] = tuple(
    "王李张刘陈杨黄赵吴周徐孙朱马胡郭何高罗林"
    "郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余蒋叶杜苏魏程吕丁沈任"
    "姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾"
    "毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申"
    "欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍"
    "华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗代瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_FIRST_TWENTY: Final = (7.49, 7.37, 7.03, 5.31, 4.56, 3.37, 2.35, 2.11, 2.00, 1.96,
                        1.50, 1.46, 1.32, 1.31, 1.20, 1.15, 1.07, 1.04, 0.99, 0.98)
#: rank -> cumulative share in percent, published.
_CUMULATIVE: Final = ((20, 55.6), (50, 72.5), (100, 86.4), (200, 95.4), (400, 99.3))

#: surnames of Mongols who carry one; weights invented, the leading three attested as typical.
MONGOL_SURNAMES: Final[tuple[tuple[str, int], ...]] = (
    ("包", 300), ("白", 150), ("孟", 70), ("王", 60), ("吴", 55), ("李", 45), ("张", 40), ("韩", 35), ("何", 35), ("陈", 30), ("佟", 25),
    ("鲍", 25), ("梁", 20), ("齐", 15), ("金", 15), ("康", 12), ("席", 10), ("高", 10), ("宝", 10), ("苏", 8), ("敖", 8), ("暴", 5), ("邰", 5))


def surname_weights() -> np.ndarray:
    """Return one weight per entry of :data:`SURNAMES`, in percent, summing to a little under 100."""
    ranks = np.arange(1, len(SURNAMES) + 1)
    known_rank, known_sum = zip(*_CUMULATIVE, strict=True)
    # interpolated on the log of the rank: shares then fall smoothly, as real ones do
    cumulative = np.interp(np.log(ranks), np.log(known_rank), known_sum)
    weights = np.diff(cumulative, prepend=0.0)
    weights[:20] = _FIRST_TWENTY
    return weights


# --- Han given names ------------------------------------------------------------------------------

#: whole given names in fashion, most popular first: (sex, generation) -> names.
POPULAR: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("2", "parent"): _words(
        "静 丽 娜 敏 艳 丹 娟 霞 燕 玲 婷 莉 芳 雪 倩 颖 晶 慧 洋 丽娜 海燕 丽丽 婷婷 丹丹 艳红 晓红 晓燕 红梅 春梅 海霞 丽华 艳丽 晓丽 "
        "玉梅 秀梅 玉兰 桂兰 秀英 凤英 秀兰 雪梅 冬梅 立娜 莹莹 美玲 晓静 文静 立新 志红 淑华 雅静 佳丽 宏丽 海英 玉华 春燕 晶晶 娜娜"),
    ("1", "parent"): _words(
        "伟 军 磊 强 超 勇 涛 鹏 杰 刚 明 亮 波 辉 斌 健 峰 飞 浩 宇 志强 建军 志伟 海涛 建国 晓东 志刚 文博 海龙 永强 建华 国强 建伟 "
        "春雷 立新 金龙 长江 海军 志军 玉龙 铁柱 红军 立国 晓明 俊杰 振宇 永刚 志勇 忠诚 宝玉 国庆 志新 海波 学军 占军 洪波 立军"),
    ("2", "newborn"): _words(
        "一诺 依诺 欣怡 梓涵 语桐 欣妍 可欣 语汐 雨桐 梦瑶 若汐 诗涵 雨萱 佳怡 梓萱 欣悦 思涵 雨欣 子涵 梓晴 静怡 沐宸 安然 诗琪 佳琪 "
        "艺涵 紫萱 雅琪 苏雅 清妍 书瑶 悦然 星瑶 知夏 沐瑶 若溪 芷晴 心怡 雨彤 佳宁 锦瑶 伊诺 依依 雅涵 可馨 梦琪 语嫣 晨曦"),
    ("1", "newborn"): _words(
        "奕辰 宇轩 浩宇 亦辰 宇辰 子墨 宇航 浩然 梓豪 亦宸 一诺 子轩 俊熙 皓轩 梓轩 铭泽 奕泽 浩轩 沐辰 博文 宇泽 子睿 嘉豪 泽宇 俊豪 "
        "一鸣 承泽 皓宇 天佑 瑾瑜 明轩 梓睿 佳豪 思源 煜城 景行 梓宸 逸辰 家乐 泽恩 睿泽 星宇 子恒 铭轩 思远 嘉泽 昊天 瑞泽"),
}
#: characters that two-character names are composed of: (sex, generation) -> (first, second), most popular first.
CHARACTERS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("2", "parent"): (
        "晓秀玉丽桂春海艳红雪淑文美小凤志佳金亚冬立月永国雅建明慧彩翠青素云莉莲香爱宝冰宏洪兰惠荣敏思瑞婷桃巧景欣新晶静双俊萍士欢银连杏乌长瑶"
        "江忠世仁迎学占贵福庆柏松子东利群丹培朝振凌如可琳诗若",
        "梅英华丽娟玲霞芳红燕萍兰琴敏艳云娜静平玉杰荣莲凤香花芬清珍新辉颖晶洁波秋月莉莹雪婷琳慧丹君男岩环侠苹伟琪薇瑶欣宁苓贤彦茹馨宇楠倩悦媛姝蕊蓉"
        "枝芝仙叶彬苗蕾爽帆洋微晨双春桃菊青佳然竹虹彤冉梓岚"),
    ("1", "parent"): (
        "志建海国文永晓玉春金立长明振学洪宏德占宝俊天子少福忠成光庆东世伟树凤新铁景兴云龙贵宇士林佳喜广家红青连绍继军克彦保万殿洋中耀江利大双民润"
        "泽兆守友信正启浩鹏胜祥富恩井丙来清良柏常孝义仁显维化向",
        "军强伟刚勇华明辉杰东龙峰平波涛林生国民成山海亮飞武祥宇斌江鑫文清阳臣超新志福财贵才利全友义忠良健春学君玉河宝柱庆光富鹏博瑞洋坤雷旭岩磊浩"
        "男安彬章发奎元奇凯权喜泉和田升永茂荣胜栋锋达恒信仁"),
    ("2", "newborn"): (
        "梓雨子诗思欣语梦佳若紫雅一可艺依静书芷沐安悠心婉妍筱伊雪彤钰瑾星悦锦嘉清以苏舒月玥初云乐慕海予奕芸晓怡婧晨昕文羽希知妙慧珞曦灵元采卿洛熙媛宛瑶"
        "晴薇幼映朵苒亦恩如念宁米音青馨",
        "涵怡萱桐妍瑶欣琪彤汐晴然诺悦萌婷宁雯琳菲语希熙玥溪霏玉娜雅茜蕊曦馨冉瑄媛梦月笑心嘉妤岚灵珊影静诗伊儿一芮朵可音珂漫柔卉佳嫣橙恩言禾羽遥"
        "渝潼璇昕颜晗凝安茉卿糖夏竹苒菡甯"),
    ("1", "newborn"): (
        "子宇浩梓俊泽奕嘉天思铭皓博明佳晨家睿煜逸文景瑞星承昊沐一志亦轩启云锦金晟书安正轶瑾乐宸君靖彦恩国海致翰元鑫峻修以辰尚卓禹远成世弘展柏智昱牧"
        "凌长胤朗伟东谨知振清钧航立毅旭璟钰恒彬永祺润",
        "轩辰宇泽豪然睿涵航博熙阳宸杰文霖铭恒瑞瑜浩昊源洋骏晨翔琪诚鑫瀚楷彬俊毅烨城哲坤宁帅凡凯墨言朗逸维尧羽佑乐诺之安森晟皓麟赫韬鸣飞硕远煜昕卓川柏桥"
        "祺成程廷琛炎权骁尘野晏澄予衡钧"),
}

# --- Mongolian and other non-Han names ------------------------------------------------------------

#: sex -> first parts, most used first; every one is also a name of its own.
MONGOL_FIRST: Final[dict[str, tuple[str, ...]]] = {
    "2": _words(
        "斯琴 乌云 娜仁 萨仁 图雅 其其格 高娃 敖登 格日勒 阿拉坦 哈斯 金花 乌兰 塔娜 娜布其 苏布德 萨日娜 通拉嘎 托娅 其木格 海棠 银花 玉花 "
        "乌日娜 娜日苏 阿如娜 萨茹拉 珠拉 阿茹罕 呼斯楞 诺敏 南丁 代小 山丹 牡丹 莲花 香花 春花 秋花 白音 孟根 宝力 巴达玛 额日登 旭日 那音太 "
        "德力根 都兰 查干 莎仁 温都苏 呼和 娜木 乌仁 敖云 陶格斯 乌力吉 莫日根 布日玛 塔木 安琪 海日 奥登 赛罕 赛音 斯日古楞 阿木古楞 苏日娜 苏日古嘎 "
        "哈申 桂花 水莲 龙梅 玉荣 满都 阿努 恩和 通嘎 吉雅 乌音嘎 牧兰 萨其拉 乌尼日 扎娜 那日娜 杜古尔 莲小 白云 阿丽玛"),
    "1": _words(
        "巴特尔 巴图 宝音 那顺 额尔敦 孟和 朝鲁 毕力格 布和 特木尔 苏和 达来 青格勒 白音 格日勒 乌力吉 吉日嘎拉 斯钦 阿拉坦 呼和 呼格吉勒 "
        "铁木尔 海山 金山 银山 宝山 哈斯 满都 满达 恩和 查干 胡日查 牧仁 莫日根 阿古拉 苏日 那仁 德力格尔 达楞 巴雅尔 宝力道 扎木苏 道尔吉 "
        "阿木尔 伊拉图 乌恩 赛吉 桑杰 敖其尔 关布 双喜 七十三 八十二 六十 五十六 七斤 常命 长命 福来 长海 长山 青山 吉雅 特古斯 昂格 嘎达 "
        "温都 图门 布仁 必力 色音 赛音 乌日图 照日格图 希日 哈日 呼日 都仁 初一 阿斯 呼斯 朝克 宝鲁 额日 陶格 敖特根 阿民 旭日 甘珠 其劳 何西格"),
}
#: sex -> second parts that make a longer name, most used first.
MONGOL_SECOND: Final[dict[str, tuple[str, ...]]] = {
    "2": _words("高娃 其木格 图雅 花 格日勒 其其格 托娅 塔娜 娜 琪琪格 娜拉 嘎 玛 乌云 斯琴 琴 苏 哈斯 珠拉 呼 罕 兰 通拉嘎 嘎拉 "
               "毕力格 敖登 古丽 小 梅 楞 塔 达来 萨仁 云 曹 良 沙 红 苏雅 德力格"),
    "1": _words("巴图 朝鲁 毕力格 吉日嘎拉 达来 布和 巴特尔 仓 图 苏和 宝音 白音 特木尔 格日勒 布拉格 乌力吉 胡 额尔德尼 青格勒 "
               "那顺 敖其尔 山 柱 巴雅尔 满都拉 孟和 呼 门 楚鲁 夫 扎布 德力格尔 恩和 斯琴 桑布 木仁 泰 高娃 古楞 嘎 达日胡"),
}
#: parts of dotted names of other peoples.
OTHER_FIRST: Final[dict[str, tuple[str, ...]]] = {
    "2": _words("阿依古丽 古丽娜 阿依努尔 迪丽达 热依拉 米日古丽 巴合提古丽 萨妮亚 阿米娜 加娜尔 玛丽娅 努尔古丽 帕丽旦 叶尔古丽 塔吉古"),
    "1": _words("阿不都 买买提 努尔兰 叶尔肯 哈力木 巴合提 艾山 卡德尔 沙吾列 木拉提 赛力克 吐尔逊 库尔班 达吾列 玉素甫"),
}
OTHER_SECOND: Final[tuple[str, ...]] = _words(
    "买买提 吐尔逊 哈力木 艾山江 别克 努尔兰 阿吉 卡德尔 叶尔肯 库尔班 赛力克 木拉提 阿不力 玉素甫 达吾列 巴合提")
