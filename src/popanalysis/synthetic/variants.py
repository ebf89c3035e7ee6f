"""Which characters are mistaken for which, for planting mistakes only.

The tables are our own. The linkage rooms must not read them, nor these their tables: data made with the very
tables that the comparison knows would make every result look better than it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["SCRIPT", "SHAPE", "SOUND", "SYLLABLES", "TRANSLITERATION", "UNHEARD"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _alternatives(groups: Iterable[str]) -> Mapping[str, str]:
    """Turn groups of interchangeable characters into character -> the others."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for group in groups:
        for character in group:
            found[character].extend(c for c in group if c != character and c not in found[character])
    return MappingProxyType({character: "".join(others) for character, others in found.items()})


#: groups that sound alike or nearly so (n/l, an/ang, en/eng, in/ing, z/zh, s/sh apart).
_SOUND_GROUPS: Final = _words(
    "伟炜玮威维薇卫魏微 丽莉利力立俐历励 娜那纳 静靖敬婧晶京 敏闵珉民旻 艳燕雁彦晏砚 丹单旦 娟鹃涓卷 霞侠夏峡 玲铃灵凌琳林岭龄 婷庭廷亭停 芳方房坊 雪学薛 "
    "倩茜欠乾前 颖英映影莹迎营盈瑛瀛 慧惠会卉汇 洋阳杨羊扬漾 红宏洪鸿虹弘 梅玫美枚媒 秀绣修岫 兰岚蓝澜阑 凤奉峰锋丰枫风 春纯淳椿 冬东董栋 志智治至致芷之枝知芝稚 "
    "建健剑键坚 军君钧俊均骏峻 强蔷墙 超朝潮 勇永咏泳 涛桃陶滔 鹏朋彭棚 杰洁捷婕节 刚钢岗 明铭鸣名茗 亮良梁量 波博勃柏播伯 辉晖徽慧 斌彬宾滨冰兵 飞菲霏妃非 "
    "浩皓昊豪灏好 宇雨羽禹语玉育裕钰煜昱毓余于予瑜渔愉 国果 海亥 晓小笑筱肖 龙隆珑 华花骅桦 新欣鑫心馨昕辛忻 淑舒书姝叔殊 佳家嘉加佳珈 文雯纹闻汶 春椿 "
    "一伊依怡艺义毅轶奕逸亦益以翼宜 诺糯 涵寒晗含韩瀚汉翰 桐彤童同通 瑶遥尧姚耀 汐希曦熙溪西夕席 萱轩宣璇玄喧 可珂柯科克 思斯司丝 子紫梓籽姿孜 辰晨宸尘臣诚 "
    "轩炫 泽择则 睿瑞锐蕊芮 博勃 煜昱 承成诚程丞澄 天田恬甜添 佑右友 瑾锦谨今金晋津进 景璟井 行杏幸兴 安岸桉 乐勒 远元源媛渊圆苑 航杭 "
    "王汪旺望 李理里礼莉 张章彰璋 刘留柳 陈晨沉辰成 赵照兆 吴武伍午舞乌务 周州洲舟 徐许旭续叙绪 孙荪笋 朱珠竹祝诸 马玛 胡虎湖呼户 郭国过 何贺和河荷赫合 高皋 罗洛骆络 "
    "郑正政证 谢协邪 宋松颂送 唐堂棠 邓登等 冯逢封 曹操草 曾增 萧箫 蔡采彩才财 潘盼攀 田甜 袁原园援 蒋奖讲 叶业烨晔夜 杜度渡 苏素速 程城呈 吕旅侣绿 丁顶鼎 沈审慎 "
    "任仁人 卢路鲁陆芦露 傅付福富府甫 钟忠中仲终 姜江将疆 崔翠催 谭谈坛昙 廖料辽 范帆凡繁 石时实世士诗施史师诗 戴代黛岱带 贾甲 秦琴勤沁芹钦 邱秋丘 侯候厚 邹走 "
    "熊雄 孟梦萌蒙 白百柏 阎严言岩颜炎研闫延妍彦焱 尹殷银音吟茵因引 段端 雷蕾磊垒 黎离犁篱 毛茂懋 郝好 龚工公巩宫恭 邵绍少韶 万婉晚宛 钱谦千 赖来 莫墨默 "
    "向祥翔香湘想象项 常昌畅倡长 康慷 黄皇煌凰 光广 若偌弱 坤昆堃 韦维 润闰 罕汉 顾古故 查茶 敦墩 坦袒 温文 牛妞 葛格阁歌 邢型形 齐琪奇其琦祺淇棋启起 易忆意 倪妮尼 庄壮 岳月悦越玥跃 关官冠观 焦娇骄 左作佐 甘干 "
    "包宝保鲍堡 宁凝柠咛 尚上 符扶 阮软 纪季吉继计济 童佟 毕碧必壁 裴培佩沛 霍火获 涂图土吐途 苗妙渺 谷古 盛胜圣晟升生声 曲渠区 游有由悠优幽友 "
    "秋丘 香乡 云芸韵耘匀允 芬分奋 贤咸先仙 萍平苹屏 珍真贞臻珍甄 清青情晴卿庆倾轻 巧乔 俊竣 双爽 连莲联恋 宝葆 瑞锐 茹如儒汝 楠男南 蓉荣容融溶戎 "
    "然冉染燃 占战展 振震镇 来莱 铁帖 树述术 殿店淀 恒横衡 仓苍 化画 奎魁葵 权泉全荃 喜西曦 达大 信昕 沐木牧穆慕睦 星兴馨 卓琢 "
    "凯楷恺 曼蔓漫 嫣焉 初楚 念年 朵多 米迷 川传 麟琳 硕朔 霖临 琛辰 骁萧 野也 "
    "德得 学雪 伦轮 玺喜 巴芭 特忒 尔儿耳 格葛 其琪 勒乐 敖傲奥 登灯 仁人 萨撒 拉啦喇 塔他 布步部 木穆 雅亚娅 图涂 斯丝 呼乎 莫末 根跟 "
    "达答 满曼 都督嘟 古故 温稳 那纳 朝超 毕碧 孟蒙 额鄂 力利 托拖 通同 代带戴 山珊杉 玛马 努奴 兰蓝 桂贵 泰太 楞棱 索所 "
    "班斑 提题 依伊 江姜 迪笛 再在 艾爱 夫福 守首 顺舜 存村 茉沫 "
    "道到 胤印 朗郎 小晓 苓玲 环寰 环欢")

#: pairs that look alike, printed small or written by hand.
_SHAPE_PAIRS: Final = _words(
    "娜那 静净 晴睛 晴清 伟伪 伟炜 丽俪 敏每 艳绝 丹舟 霞露 玲铃 婷停 芳芬 芳苏 雪雷 倩情 颖颍 晶品 慧惠 洋详 红江 梅海 秀季 兰三 凤风 春奉 冬各 志忘 建健 军车 强张 超起 "
    "勇男 涛淘 鹏朋 杰木 刚钢 明朋 亮高 波坡 辉晖 斌赋 飞气 浩洁 宇字 宇宁 国围 海悔 晓哓 龙尤 华毕 新亲 淑椒 佳住 佳挂 文又 娟捐 莉荷 燕熊 宏宠 永水 玉王 玉五 英央 素索 林材 "
    "一二 诺偌 涵函 桐铜 瑶摇 汐夕 萱宣 可司 思恩 子于 子孑 辰晨 轩轻 泽择 睿容 博搏 煜焰 承永 天夫 天无 佑佐 瑾谨 景影 安按 乐东 远运 航舫 铭洺 俊峻 熙照 皓浩 嘉喜 豪毫 "
    "王玉 李季 张弛 刘对 陈阵 赵越 吴昊 周用 徐除 孙逊 朱未 马鸟 胡湖 郭敦 何向 高亮 罗岁 郑邓 谢射 宋采 唐塘 邓郑 冯玛 韩朝 曹曾 曾曹 彭膨 蔡祭 潘播 田由 董重 袁哀 于干 余佘 "
    "蒋将 叶计 杜牡 苏芳 魏巍 程积 吕昌 丁了 沈沉 任仕 卢户 傅博 钟仲 姜美 崔雀 谭潭 廖寥 范苑 陆阵 金全 石右 戴载 贾贯 夏复 邱丘 侯候 熊能 孟盂 秦泰 白自 江红 薛薜 尹伊 段殷 "
    "雷雪 史吏 陶淘 贺贸 毛手 郝赫 邵部 万方 钱线 严亚 武式 莫英 孔孙 汤杨 常当 康庸 温湿 施旋 牛午 易昜 包句 宁宇 尚向 纪记 毕华 季李 盛盔 曲由 佟终 "
    "巴巳 特持 尔你 斯期 琴瑟 乌鸟 仁仨 萨隆 图囤 雅稚 其甚 格络 高亭 敖放 登橙 日曰 日目 勒勤 阿啊 拉位 坦但 哈蛤 花化 塔搭 布市 苏办 托拖 木本 木未 代伐 山出 牡牧 额颜 德得 "
    "力刀 根银 都郡 查杳 温湿 呼吁 和知 吉古 莫草 玛码 古占 顺须 那邪 朝潮 毕比 克兄 来米 来耒 福幅 福褔 长畏 满瞒 色包 音章 必心 胡明 照昭 恩思 伊尹 楞愣 夫天 夫失 仓仑 孟盆 "
    "惠慧 萍苹 珍珠 玥钥 忻析 莹荧 茹茄 蓉容 薇微 琳淋 蕾雷 楠南 彤丹 欣歆 荣荥 胜性 成戌 光先 元无 永冰 富當 生主 民氏 才寸 利刹 良艮 庆床 占古 学字 友反 义叉 洪供 清请 云去 "
    "立位 月用 小少 玲岭 香杳 爱受 平半 美羊 花苍 云芸 青责 凯剀 宏宋 旭旮 昊吴 昕听 晨辰 朗郎 桥侨 森林 然燃 牧收 硕顾 祥详 筱攸 紫柴 芷芝 若苦 茗名 菲非 语话 诗诸 贝见 逸免 "
    "钰玉 锦绵 雨两 霖霜 骏俊 鸣鸟 麟鳞 鑫金 予子 以似 仪议 伯佰 依衣 冉再 冰水 凡几 初衩 卓早 卿聊 可何 君群 启后 哲晢 嫣焉 子了 宸辰 希布 幻幼 庭廷 弘引 心必 怡治 恒恆 悠攸 "
    "悦说 柏拍 沐沭 洛络 浅线 源原 溪奚 澄登 灵录 炎淡 烨华 熠习 珂坷 理埋 琪棋 琛深 瑄喧 璇旋 男勇 盈盁 知和 研妍 竹什 舒舍 艺芝 苒再 菁青 蓝篮 裕浴 轶铁 迪油 遥摇 铁铗 锋峰 钧均"
)

#: traditional, variant and 1977 forms of characters that stand in names.
_SCRIPT_PAIRS: Final = _words(
    "张張 刘劉 陈陳 赵趙 吴吳 孙孫 马馬 罗羅 郑鄭 谢謝 许許 邓鄧 冯馮 韩韓 萧肖 萧蕭 蒋蔣 叶葉 苏蘇 吕呂 沈瀋 卢盧 傅付 钟鍾 姜薑 谭譚 范範 陆陸 贾賈 韦韋 邹鄒 阎闫 阎閻 龙龍 贺賀 顾顧 "
    "邵卲 万萬 钱錢 严嚴 赖賴 汤湯 温溫 庞龐 颜顏 庄莊 聂聶 鲁魯 关關 兰蘭 焦膲 宁寧 宁甯 纪紀 毕畢 单單 涂塗 华華 云雲 余餘 于於 戴代 邱丘 齐齊 贝貝 乔喬 党黨 曲麯 后後 卜蔔 种種 "
    "伟偉 丽麗 静靜 艳豔 艳艷 娟姢 玲玪 红紅 霞赮 凤鳳 兰蘭 莲蓮 云雲 萨薩 图圖 尔爾 乌烏 宝寶 宝寳 达達 刚剛 强強 军軍 杰傑 涛濤 鹏鵬 辉輝 飞飛 国國 晓曉 东東 风風 长長 书書 "
    "学學 义義 庆慶 兴興 荣榮 卫衛 钢鋼 铁鐵 银銀 锋鋒 诺諾 语語 诗詩 梦夢 涵凾 轩軒 泽澤 宁寧 乐樂 远遠 维維 缘緣 绍紹 继繼 会會 伦倫 优優 众眾 亚亞 丰豐 临臨 为為 举舉 "
    "润潤 济濟 浅淺 满滿 灵靈 炜煒 烨燁 玮瑋 珑瓏 琼瓊 瑶瑤 璎瓔 画畫 盖蓋 祯禎 笔筆 纯純 纳納 约約 经經 绿綠 胜勝 苹蘋 荣榮 莹瑩 萧蕭 蓝藍 蔼藹 蕊蘂 见見 觉覺 誉譽 谦謙 "
    "贞貞 贤賢 贵貴 赞贊 跃躍 轶軼 辽遼 连連 迁遷 迟遲 遥遙 邓鄧 郑鄭 钧鈞 钰鈺 铃鈴 铭銘 锐銳 锦錦 镇鎮 闻聞 阳陽 阴陰 际際 陈陳 霁霽 韵韻 顺順 颖穎 颖頴 飒颯 骁驍 骄驕 骏駿 鸣鳴 鸿鴻 黄黃 "
    "齐齊 龄齡 倩蒨 娜郍 志誌 秀琇 村邨 哲喆 坤堃 升昇 峰峯 群羣 晶晿 淳湻 冰氷 玉玊 喜囍 梅楳 梅槑 泉洤 勇勈 吉𠮷 明眀 德徳 高髙 强彊 升陞 回囘 略畧 启啟 仙僊 修脩 花華 妍姸 "
    "彦彥 慧惠 朵朶 松鬆 柏栢 桂椢 清淸 青靑 真眞 珍珎 礼禮 绣繡 裕袷 娅婭 岚嵐 庄荘 应應 凯凱 劲勁 业業 昙曇 显顯 杨楊 桥橋 树樹 标標 梁樑 栋棟 桦樺 欢歡 气氣 洁潔 洒灑 双雙 "
    "发發 变變 台臺 吕呂 团團 坚堅 坛壇 声聲 备備 宪憲 实實 宾賓 尧堯 师師 帅帥 帆颿 广廣 张張 弯彎 归歸 当當 录錄 忆憶 恋戀 悦悅 惠恵 愿願 战戰 时時 昆崑 权權 条條 来來 极極 构構")

#: characters clerks use for one Mongolian syllable.
_TRANSLITERATION_GROUPS: Final = _words(
    "图吐涂 娜那纳 其琪奇齐 格嘎噶 木穆牧 琴钦 雅亚娅 乌吴 勒乐力拉 尔儿 呼胡浩 和贺合赫 敖奥鄂 额鄂厄 宝包保鲍 朝超 苏斯 布步 仁任 青庆 达塔 登敦 巴布 古谷 高皋 花华 吉基 恩音 "
    "克可 楞冷 莫毛 孟蒙 萨莎 山珊 特图 托图 温翁 扎札 珠朱 都道 通同 塔达 满曼 日热 玛马 根更 阿额 伊义 代岱 旺王 哈喀 毕必 色斯 桑散 金锦 白拜 那诺 海亥 顺舜 查察")
_TRANSLITERATION_WORDS: Final = (
    ("其其格", "琪琪格"), ("图雅", "托娅"), ("图雅", "图娅"), ("格日勒", "格日乐"), ("格日勒", "嘎日勒"), ("额尔敦", "额尔登"), ("巴雅尔", "巴亚尔"), ("宝音", "保音"),
    ("白音", "巴音"), ("敖登", "奥登"), ("德力格尔", "德勒格尔"), ("特木尔", "铁木尔"), ("吉日嘎拉", "吉尔嘎拉"), ("毕力格", "必力格"), ("其木格", "琪木格"), ("苏和", "苏赫"),
    ("乌力吉", "乌勒吉"), ("朝鲁", "楚鲁"), ("青格勒", "庆格勒"), ("那顺", "纳顺"), ("娜仁", "那仁"), ("哈斯", "哈森"), ("呼和", "胡和"), ("道尔吉", "多尔吉"))
#: syllables that are not always heard.
UNHEARD: Final = "尔呼日胡勒嘎"

SOUND: Final = _alternatives(_SOUND_GROUPS)
SHAPE: Final = _alternatives(_SHAPE_PAIRS)
SCRIPT: Final = MappingProxyType({character: "".join(pair[1] for pair in _SCRIPT_PAIRS if pair[0] == character) for character in "".join(pair[0] for pair in _SCRIPT_PAIRS)})
SYLLABLES: Final = _alternatives(_TRANSLITERATION_GROUPS)
TRANSLITERATION: Final = tuple(order for pair in _TRANSLITERATION_WORDS for order in (pair, pair[::-1]))
