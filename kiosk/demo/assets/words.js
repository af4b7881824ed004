// The words of the demo's page, Chinese first.
"use strict";

const MATERIALS = {
  paper: ["纸类", "Paper"],
  plastic: ["塑料", "Plastic"],
  metal: ["金属", "Metal"],
  textiles: ["衣物", "Textiles"],
};
const PRESETS = {
  paper: [[1800, "纸箱", "Cardboard"], [650, "报纸", "Papers"]],
  plastic: [[420, "饮料瓶", "Bottles"], [20, "一只瓶", "1 bottle"]],
  metal: [[300, "易拉罐", "Cans"], [1250, "旧铁锅", "Old pan"]],
  textiles: [[1200, "旧衣服", "Clothes"], [2400, "被子", "Quilt"]],
};
const FULL_G = { paper: 40000, plastic: 12000, metal: 20000, textiles: 30000 };
/** What the buttons of the touchscreen say (ui/locale; a test holds the two together). */
const CHOICES = {
  start: ["开始投放", "Start"], donate: ["不留名捐赠", "Just donate"], cancel: ["取消", "Cancel"],
  done: ["放好了", "Done"], more_time: ["再等等", "More time"],
  another: ["再投一次", "Another"], finish: ["完成", "Finish"],
  phone: ["手机号", "Phone number"], erase: ["删除", "Erase"], confirm: ["确定", "OK"],
  help: ["帮助", "Help"], "page:next": ["接着看", "Next"],
  "report:dropped": ["有东西掉进去了", "I dropped something"],
  "report:help": ["请派人来", "Please send someone"],
  dispute: ["这个结果不对", "This result is wrong"], about: ["关于本机", "About this machine"],
  "ease:open": ["大字版", "Easier"], "ease:close": ["返回", "Back"], "ease:large": ["大字", "Large"],
  "ease:contrast": ["醒目", "Bright"], "ease:low": ["放低", "Low"], "ease:voice": ["语音", "Voice"],
  "ease:softer": ["小声", "Softer"], "ease:louder": ["大声", "Louder"], "ease:repeat": ["再说一遍", "Repeat"],
  "language:zh": ["中文", ""], "language:en": ["English", ""],
};
const BACK = { cancel: ["返回", "Back"] };
/** Where one question calls a choice otherwise. */
const CHOICES_OF = {
  still_there: { more_time: ["我还在，继续", "I am here"] },
  confirm_phone: { cancel: ["改号码", "Change"], confirm: ["同意并继续", "I agree"] },
  filed: BACK, about: BACK,
};
const SCREENS = {
  starting: "正在启动 Starting", not_enrolled: "尚未登记 Not enrolled", out_of_service: "暂停服务 Out of service",
  idle: "首页 Prices", identify: "请出示回收码 Who are you?", choose: "选择种类 Choose a material",
  weighing_before: "称重 Weighing", opening: "正在开门 Opening", depositing: "请投递 Put it in",
  closing: "正在关门 Closing", blocked: "门口有东西 Blocked", weighing_after: "称重 Weighing",
  result: "结果 Result", receipt: "凭证 Receipt",
  phone: "请输入手机号 Type your number", confirm_phone: "号码对吗 Is this your number?",
  limited: "今天已到上限 Today's limit is reached", still_there: "您还在吗 Are you still there?",
  help: "需要什么帮助 How can we help?", filed: "已登记 It is on record", about: "关于本机 About this machine",
  dark: "屏幕没有画面 The screen is dark",
};
const OUTCOMES = {
  PAID: ["已付款", "Paid"], UNPRICED: ["不计价", "Unpriced"],
  HELD: ["待核对", "On hold"], VOID: ["未投递", "Void"],
};
const REASONS = {
  unstable: ["不稳定", "unsteady"], scale_lost: ["秤断开", "scale lost"], scale_reopened: ["秤重新连接", "scale came back"],
  door_not_closed: ["门没关上", "door not closed"], negative_step: ["重量变轻", "became lighter"],
  negative_net: ["重量变轻", "became lighter"], over_max: ["超过量程", "over the scale's range"],
  door_not_opened: ["门没打开", "door did not open"], power_lost: ["投放中断电", "the power failed in between"],
  count_mass: ["件数与重量不符", "count and weight differ"], no_items: ["没有扫码", "nothing was scanned"],
  nothing_deposited: ["没有投入", "nothing put in"], below_minimum: ["低于最小称量", "below the minimum load"],
};
const DOORS = {
  open: "正在开门 opening", opened: "门开了 open", close: "正在关门 closing", closed: "门关好了 closed",
  stopped: "门停在半路 stopped on the way",
};
const PROCESSES = {
  endpoint: ["云端", "cloud"], controller: ["主控", "controller"],
  screen: ["屏幕", "screen"], sync: ["同步", "agent"],
};
